import { pino } from 'pino'
import t from 'tap'
import { openJournal } from '../../src/journal/index.ts'
import { openTestKeys, WISH } from '../kit/api-keys.ts'
import { folderOf } from '../kit/folder.ts'

const SEALED = {
  id: 'AAAAAAAAAAAA',
  name: 'x',
  client: 'acme',
  sub: 'acme',
  scopes: ['things:read'],
  created: 1,
  createdBy: 'ops',
  expires: null,
  rotatedFrom: null,
  seal: 'seal',
  pepper: 'pepper',
}

t.test('entries that are none of ours are left out, and all others count', async (t) => {
  const site = await openTestKeys(t)
  const { text } = await site.keys.create(WISH, 'ops')
  await site.close()
  const log = pino({ level: 'silent' })
  const journal = await openJournal<unknown>({ name: 'keys', folder: site.folder, log })
  const at = { at: 1, by: 'ops' }
  const bad: unknown[] = [null, 7, 'x', [], {}, { kind: 'created' }, { kind: 'other', ...at }]
  bad.push({ kind: 'created', ...at }, { kind: 'created', ...at, key: { ...SEALED, scopes: 'all' } })
  bad.push({ kind: 'created', ...at, key: { ...SEALED, expires: 'soon' } })
  bad.push({ kind: 'rotated', ...at, key: SEALED }, { kind: 'revoked', ...at, ids: 'all' })
  for (const [index, entry] of bad.entries()) await journal.append(entry, index + 1)
  await journal.close()
  const { keys, log: said } = await openTestKeys(t, { folder: site.folder })
  t.match(keys.judge(text), { client: { clientId: 'acme' } })
  t.equal(keys.list().length, 1)
  t.equal(said.filter(({ msg }) => /cannot be read/.test(String(msg))).length, bad.length)
})

t.test('no later entry gives a key another client, more scopes or its life back', async (t) => {
  const folder = folderOf(t, {})
  const log = pino({ level: 'silent' })
  const journal = await openJournal<unknown>({ name: 'keys', folder, log })
  const at = { at: 1, by: 'ops' }
  const created = { kind: 'created', ...at, key: SEALED }
  const others = [
    { kind: 'revoked', ...at, ids: [SEALED.id, 'nobody'] },
    created,
    { kind: 'created', ...at, key: { ...SEALED, scopes: ['everything'] } },
    { kind: 'created', ...at, key: { ...SEALED, id: 'BBBBBBBBBBBB' } },
    { kind: 'rotated', ...at, overlapEnds: 5, key: { ...SEALED, rotatedFrom: 'nobody' } },
    { kind: 'revoked', at: 99, by: 'another', ids: [SEALED.id] },
  ]
  for (const [index, entry] of [created, ...others].entries()) await journal.append(entry, index)
  await journal.close()
  const { keys } = await openTestKeys(t, { folder })
  t.match(keys.list(), [{ id: SEALED.id, scopes: ['things:read'], state: 'revoked', revokedBy: 'ops' }])
  t.equal(keys.list().length, 1)
})
