import { errorWith } from '@stockgate/test-kit'
import t from 'tap'
import { allows, entityTag, readIfMatch, revisionRead } from '../../../src/admin/http/entity-tag.ts'
import { Refusal } from '../../../src/errors/refusal.ts'

t.test('a strong tag of the revision allows a change, in any list the standard allows', async (t) => {
  t.equal(entityTag(7), '"7"')
  for (const header of ['"7"', ' "7" ', '"6", "7"', '"7",W/"7"', ',, "7" ,', '"a,b", "7"', '*', ' * '])
    t.ok(allows(readIfMatch(header), 7), header)
})

t.test('a weak tag, another one and none that is known allow nothing', async (t) => {
  for (const header of ['W/"7"', '"8"', '"07"', '"seven"', '""', '"77"', 'W/"7", "6"'])
    t.notOk(allows(readIfMatch(header), 7), header)
})

t.test('what is no list of entity tags is refused', async (t) => {
  const bad = [
    '7',
    '"7 "',
    '',
    ' ',
    ',',
    '"7',
    '7"',
    '"7""8"',
    '"7" "8"',
    "'7'",
    'w/"7"',
    'W/ "7"',
    '*, "7"',
    '"7", *',
    '"\t"',
  ]
  for (const header of bad)
    t.throws(() => readIfMatch(header), errorWith({ code: 'GW_PARAMETER' }), JSON.stringify(header))
  t.throws(() => readIfMatch(undefined), errorWith({ code: 'GW_NO_IF_MATCH' }))
})

t.test('a long list is read at once', async (t) => {
  const header = `${'"7", W/"x" ,'.repeat(20_000)}"`
  t.throws(() => readIfMatch(header), Refusal)
  t.ok(allows(readIfMatch(header.slice(0, -1)), 7))
})

t.test('what the caller has read is the latest revision they name', async (t) => {
  t.equal(revisionRead(readIfMatch('"3", "5", W/"6"')), 5)
  t.equal(revisionRead(readIfMatch('"x", "0", "-1", "1e0", "07"')), 0)
  t.equal(revisionRead(readIfMatch('*')), 0)
})
