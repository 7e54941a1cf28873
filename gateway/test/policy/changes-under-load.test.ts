import t from 'tap'
import { policyChanges } from '../../scripts/policy-changes.ts'

t.test('limits change under load without a failed request, each decided under one revision', async (t) => {
  const report = await policyChanges(t, { changes: 10, seconds: 3, workers: 2 })
  const { changes, refusals, requests, revisionsUsed, failed, withoutOneRevision, contradicting, missed } =
    report
  t.comment(JSON.stringify(report))
  t.same(refusals, [])
  t.equal(changes, 10)
  t.ok(requests > 20)
  t.ok(revisionsUsed > 5, 'requests were there while revisions changed')
  t.same(
    { failed, withoutOneRevision, contradicting, missed },
    {
      failed: 0,
      withoutOneRevision: 0,
      contradicting: 0,
      missed: 0,
    },
  )
})
