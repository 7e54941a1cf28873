import { createTestIssuer, recordingUpstream, startRedis } from '@stockgate/test-kit'
import t from 'tap'
import { call } from '../../kit/call.ts'
import { runGateway, standAlone } from '../../kit/process.ts'
import { keyServer } from '../../kit/tokens.ts'
import { until } from '../../kit/until.ts'

t.setTimeout(120_000)

t.test(
  'a gateway that is killed and started with issuer and Redis away takes good tokens and refuses revoked ones',
  async (t) => {
    const redis = await startRedis(t)
    const issuer = await createTestIssuer(t)
    const upstream = await recordingUpstream(t)
    const server = await keyServer(t, issuer.jwks)
    const trusted = { issuer: issuer.issuer, audience: issuer.audience, jwks: server.url }
    const env = {
      ...standAlone(t, issuer, upstream.url),
      ISSUERS: JSON.stringify([trusted]),
      REDIS_URL: redis.url,
    }
    const authorization = async (claims: object = {}) => ({
      authorization: `Bearer ${await issuer.sign({ scope: 'things:read', ...claims })}`,
    })
    const first = runGateway(t, env)
    const at = await first.ready()
    const [good, bad] = [await authorization(), await authorization({ sub: 'gone' })]
    // The keys are fetched beside the requests.
    await until(() => server.fetches.length > 0, 'the keys are fetched')
    for (const headers of [good, bad]) t.equal((await call(at.url, '/things', { headers })).status, 200)
    const operator = { ...(await authorization({ scope: 'ops:write' })), 'content-type': 'application/json' }
    const body = JSON.stringify({ sub: 'gone', reason: 'left' })
    const revoked = await call(String(at.admin), '/revocations', { method: 'POST', headers: operator, body })
    t.equal(revoked.status, 201, revoked.text)
    t.equal((await call(at.url, '/things', { headers: bad })).status, 401)

    first.child.kill('SIGKILL')
    await Promise.all([first.exited, redis.stop(), server.close()])
    const second = runGateway(t, env)
    const { url } = await second.ready()
    t.equal((await call(url, '/readyz')).status, 200)
    t.equal((await call(url, '/things', { headers: good })).status, 200)
    t.equal((await call(url, '/things', { headers: await authorization() })).status, 200)
    t.equal((await call(url, '/things', { headers: bad })).status, 401)
  },
)
