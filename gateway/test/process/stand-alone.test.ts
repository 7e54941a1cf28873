import { statSync } from 'node:fs'
import { createTestIssuer, recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { call } from '../kit/call.ts'
import { runGateway, standAlone } from '../kit/process.ts'

t.test('with nothing but settings and a key file the process fronts any HTTP service', async (t) => {
  const upstream = await recordingUpstream(t, (_request, response) => response.end('from the service'))
  const issuer = await createTestIssuer(t)
  const env = standAlone(t, issuer, upstream.url)
  const gateway = runGateway(t, env)
  const { url, admin } = await gateway.ready()

  t.equal((await call(url, '/readyz')).status, 200)
  t.equal((await call(url, '/open')).text, 'from the service')
  t.equal((await call(url, '/things')).status, 401)
  const headers = { authorization: `Bearer ${await issuer.sign({ scope: 'things:read' })}` }
  t.equal((await call(url, '/things', { headers })).text, 'from the service')
  t.equal((await call(admin, '/livez')).status, 200)
  t.equal(statSync(env.CALLER_KEY as string).mode & 0o777, 0o600, 'only we may read the key it made')

  gateway.child.kill('SIGTERM')
  t.equal(await gateway.exited, 0)
  t.equal(gateway.output.stderr, '')
  const lines = gateway.lines()
  t.equal(lines.filter((line) => 'verdict' in line).length, 4, 'one line a request')
  for (const line of lines) t.match(line.time, /^\d{4}-\d\d-\d\dT.*Z$/)

  const again = runGateway(t, env)
  const next = await again.ready()
  await call(next.url, '/things', { headers })
  t.equal((await call(next.url, '/.well-known/jwks.json')).status, 200)
  again.child.kill('SIGINT')
  t.equal(await again.exited, 0)
})
