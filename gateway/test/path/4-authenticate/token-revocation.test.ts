import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { call } from '../../kit/call.ts'
import { startGateway } from '../../kit/gateway.ts'
import { openTestRevocations } from '../../kit/tokens.ts'

t.test('a token replayed after its revocation is refused, and the service sees nothing of it', async (t) => {
  const upstream = await recordingUpstream(t)
  const revocations = await openTestRevocations(t)
  const gateway = await startGateway(t, { upstream: upstream.url, revocations })
  const [revoked, kept] = [await gateway.auth('things:read', { jti: 'gone' }), await gateway.auth()]
  for (const headers of [revoked, kept])
    t.equal((await call(gateway.url, '/things', { headers })).status, 200)
  const tokens = { by: 'jti', jti: 'gone', issuer: null } as const
  await revocations.revoke({ tokens, reason: 'logout', until: Date.now() + 60_000 }, 'ops')
  for (let i = 0; i < 3; i++) {
    const answer = await call(gateway.url, '/things', { headers: revoked })
    t.equal(answer.status, 401)
    t.match(
      answer.headers['www-authenticate'],
      /error="invalid_token", error_description="The token is revoked"/,
    )
  }
  t.equal((await call(gateway.url, '/things', { headers: kept })).status, 200)
  t.equal(upstream.requests.length, 3)
  t.notOk(gateway.logText().includes(revoked.authorization.slice('Bearer '.length)))
})
