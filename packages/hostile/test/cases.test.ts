import t from 'tap'
import { bytesOf, FAMILIES, MARK } from '../src/cases/draft.ts'
import { caseOf, isGood } from '../src/cases/generate.ts'
import { createCredentials } from '../src/site/credentials.ts'

const credentials = createCredentials()

t.test('a case is the same whenever it is made, whatever was made before', async (t) => {
  const some = Array.from({ length: 200 }, (_, number) => caseOf(7, number, credentials))
  for (const one of [...some].reverse()) t.same(caseOf(7, one.number, credentials), one, `case ${one.number}`)
})

t.test('nearly all cases are distinct, and of every family', async (t) => {
  const cases = Array.from({ length: 1_000 }, (_, number) => caseOf(1, number, credentials))
  t.ok(new Set(cases.map(({ bytes }) => bytes.toString('latin1'))).size > 950)
  for (const family of FAMILIES) t.ok(cases.filter((one) => one.family === family).length > 120, family)
})

t.test('more than a fifth of the cases are good traffic', async (t) => {
  const cases = Array.from({ length: 1_000 }, (_, number) => caseOf(2, number, credentials))
  t.ok(cases.filter(isGood).length > 200)
})

t.test('a case goes over the wire with its own id, as long as its mark', async (t) => {
  const one = caseOf(3, 46_655, credentials)
  const bytes = bytesOf(one)
  t.equal(bytes.length, one.bytes.length)
  t.notMatch(bytes.toString('latin1'), MARK)
})

t.test('of one family alone, all cases are of it', async (t) => {
  for (let number = 0; number < 50; number++)
    t.equal(caseOf(4, number, credentials, 'tokens').family, 'tokens')
})
