import { createTestIssuer } from '@stockgate/test-kit'
import t from 'tap'
import { WIDE_LIMITS } from '../kit/gateway.ts'
import { runGateway, standAlone } from '../kit/process.ts'

t.test('a gateway that is killed right after it refused an operator has told of it', async (t) => {
  const issuer = await createTestIssuer(t)
  const gateway = runGateway(t, standAlone(t, issuer, 'http://127.0.0.1:9'))
  const { admin } = await gateway.ready()
  const headers = {
    authorization: `Bearer ${await issuer.sign({ scope: 'ops:read', client_id: 'ops' })}`,
    'content-type': 'application/json',
    'if-match': '*',
  }
  const body = JSON.stringify({ document: WIDE_LIMITS, reason: 'before the end' })
  const answer = await fetch(`${admin}/limits`, { method: 'PUT', headers, body })
  gateway.child.kill('SIGKILL')
  t.equal(answer.status, 403)
  await gateway.exited
  t.match(
    gateway.lines().filter(({ audit }) => audit === true),
    [{ action: 'limits.apply', outcome: 'refused', status: 403, actor: /^ops/ }],
  )
})
