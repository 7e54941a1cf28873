import { errorWith } from '@stockgate/test-kit'
import t from 'tap'
import { draftCreation, draftRotation } from '../../src/keys/changes.ts'
import { createKeyBook } from '../../src/keys/key-book.ts'
import { createSeal } from '../../src/keys/seal.ts'
import { PEPPER, WISH } from '../kit/api-keys.ts'

t.test('ten thousand good keys are all there can be; those that ended make room', async (t) => {
  const book = createKeyBook()
  const context = { book, seal: createSeal(PEPPER), now: 1_000, by: 'ops' }
  const ids: string[] = []
  for (let i = 0; i < 10_000; i++) {
    const { event, result } = draftCreation(context, { ...WISH, expiresIn: i < 5 ? 60 : null })
    book.apply(event)
    ids.push(result.record.id)
  }
  const full = errorWith({ kind: 'full', message: 'There are 10000 keys already; revoke those nobody uses.' })
  t.throws(() => draftCreation(context, WISH), full)
  t.ok(draftRotation(context, ids[9] as string, { overlap: 0 }), 'a key can still be replaced')
  t.ok(draftCreation({ ...context, now: 61_000 }, WISH), 'the first five have expired by then')
})
