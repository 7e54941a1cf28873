import t from 'tap'
import { createDecisionRecords, type DecisionRecord } from '../../src/observe/records.ts'

function record(requestId: string, status = 200): DecisionRecord {
  return {
    requestId,
    at: 0,
    method: 'GET',
    route: '/open',
    service: 'shop',
    auth: 'public',
    clientId: null,
    sub: null,
    keyId: null,
    address: '192.0.2.1',
    verdict: 'public',
    status,
    error: null,
    plan: null,
    decision: null,
    settled: null,
    revision: 1,
  }
}

t.test('the newest requests are found, the oldest have made room', async (t) => {
  const records = createDecisionRecords(3)
  for (const id of ['a', 'b', 'c', 'd', 'e']) records.keep(record(id))
  t.same(
    ['a', 'b', 'c', 'd', 'e'].map((id) => records.find(id)?.requestId),
    [undefined, undefined, 'c', 'd', 'e'],
  )
  t.equal(createDecisionRecords().most, 10_000)
})

t.test('of two requests with one id the newer is found, for as long as it is kept', async (t) => {
  const records = createDecisionRecords(3)
  for (const [id, status] of [
    ['a', 200],
    ['a', 404],
    ['b', 200],
    ['c', 200],
  ] as const)
    records.keep(record(id, status))
  t.equal(records.find('a')?.status, 404, 'the older one has gone and took nothing with it')
  records.keep(record('d'))
  t.equal(records.find('a'), undefined)
})
