import { errorWith } from '@stockgate/test-kit'
import t from 'tap'
import { draftCreation, draftRotation } from '../../src/keys/changes.ts'
import { createKeyBook } from '../../src/keys/key-book.ts'
import { createSeal } from '../../src/keys/seal.ts'
import { PEPPER, WISH } from '../kit/api-keys.ts'

t.test('ten thousand good keys are all there can be; those that ended make room', async (t) => {
  const book = createKeyBook()
  const context = { book, seal: createSeal(PEPPER), now: 1_000, by: 'ops' }
  const { record } = draftCreation(context, WISH).result
  for (let i = 0; i < 10_000; i++) {
    const key = { ...record, id: `key-${i}`, expires: i < 5 ? 60_000 : null, seal: `seal-${i}`, pepper: '' }
    book.apply({ kind: 'created', at: 1, by: 'ops', key })
  }
  const full = errorWith({ kind: 'full', message: 'There are 10000 keys already; revoke those nobody uses.' })
  t.throws(() => draftCreation(context, WISH), full)
  t.ok(draftRotation(context, 'key-9', { overlap: 0 }), 'a key can still be replaced')
  t.ok(draftCreation({ ...context, now: 61_000 }, WISH), 'the first five have expired by then')
})
