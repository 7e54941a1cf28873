import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { catalog } from '../../../src/errors/catalog.ts'
import { Refusal, refusalOf } from '../../../src/errors/refusal.ts'
import { call } from '../../kit/call.ts'
import { PUBLIC_URL, startGateway } from '../../kit/gateway.ts'

t.test('every refusal is a problem with the trace id of its answer, and is not stored', async (t) => {
  const gateway = await startGateway(t)
  for (const [target, status] of [
    ['/things', 401],
    ['/nothing', 404],
    ['/a//b', 400],
    ['/open', 503],
  ] as const) {
    const answer = await call(gateway.url, target)
    t.equal(answer.status, status)
    t.equal(answer.headers['content-type'], 'application/problem+json')
    t.equal(answer.headers['cache-control'], 'no-store')
    t.equal(answer.json.status, status)
    t.equal(answer.json.trace_id, answer.headers['x-request-id'])
    t.match(answer.json.type, /^https:\/\//)
    t.type(answer.json.title, 'string')
  }
})

t.test('every answer carries the security headers and its request id', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  for (const target of ['/open', '/livez', '/nothing', '/a//b', '/things']) {
    const { headers } = await call(gateway.url, target)
    t.match(headers, {
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'strict-transport-security': /max-age/,
      'x-request-id': /^[0-9a-f]{32}$/,
    })
  }
  const plain = await startGateway(t, { env: { PUBLIC_URL: 'http://127.0.0.1:1' } })
  t.equal(
    (await call(plain.url, '/livez')).headers['strict-transport-security'],
    undefined,
    'only over https',
  )
})

t.test('an error of ours is 500, tells the client nothing and the log everything', async (t) => {
  const { buildApp } = await import('../../../src/app.ts')
  const { createGatewayParts } = await import('../../kit/gateway.ts')
  const app = buildApp(await createGatewayParts())
  const { ownPlan } = await import('../../../src/path/6-route/plan.ts')
  app.get('/broken', { config: { plan: ownPlan('/broken') } }, () => {
    throw new Error('secret words')
  })
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(() => app.close())
  const { port } = app.server.address() as { port: number }
  const answer = await call(`http://127.0.0.1:${port}`, '/broken')
  t.equal(answer.status, 500)
  t.equal(answer.json.type, `${PUBLIC_URL}/problems/internal`)
  t.notMatch(answer.text, 'secret words')
})

t.test('the catalogue is consistent: our faults are errors, and details are sentences', async (t) => {
  for (const [code, { kind, fault, level, detail }] of Object.entries(catalog)) {
    t.match(code, /^GW_[A-Z_]+$/)
    t.match(detail, /^[A-Z].*\.$/, code)
    t.equal(fault === 'client', kind.status < 500, `${code}: a client's fault is 4xx and nobody else's is`)
    if (fault === 'client') t.equal(level, 'info', code)
  }
})

t.test('what libraries throw is catalogued, and what nobody foresaw is internal', async (t) => {
  t.equal(refusalOf(new Refusal('GW_SCOPE')).code, 'GW_SCOPE')
  t.equal(refusalOf(Object.assign(new Error('x'), { statusCode: 400 })).code, 'GW_MESSAGE')
  t.equal(refusalOf(new Error('x')).code, 'GW_INTERNAL')
  t.equal(refusalOf(undefined).code, 'GW_INTERNAL')
})
