import t from 'tap'
import { buildAdmin } from '../../src/admin/server.ts'
import { healthOf } from '../../src/health/health.ts'
import { createPolicyStore, createSnapshot } from '../../src/policy/index.ts'
import { answersIn, exchange } from '../kit/call.ts'
import { policyOf, SHOP, WIDE_LIMITS } from '../kit/gateway.ts'

const snapshot = policyOf(WIDE_LIMITS, [SHOP])
const refused = [
  { file: 'bad.json', problems: [{ pointer: '#/routes', rule: 'x', message: 'is wrong: mend it' }] },
]

function setup(ready = true) {
  const policy = createPolicyStore(createSnapshot(snapshot.limits, snapshot.manifests, refused))
  const readiness = () => healthOf({ issuer_keys: ready ? 'pass' : 'fail' })
  return { policy, admin: buildAdmin({ policy, publicUrl: 'https://api.test', readiness }) }
}

t.test('/policy tells the revision, tiers, clients, routes and refused manifests in force', async (t) => {
  const { policy, admin } = setup()
  const answer = await admin.inject('/policy')
  t.equal(answer.statusCode, 200)
  const json = answer.json()
  t.match(json, {
    revision: policy.current().revision,
    tiers: [
      { name: 'standard', limits: [{ name: 'burst', quota: 100_000, window: 1 }] },
      { name: 'anonymous' },
    ],
    default_tier: 'standard',
    anonymous_tier: 'anonymous',
    refused,
  })
  t.match(json.routes[0], {
    service: 'shop',
    path: '/things',
    methods: ['GET', 'HEAD', 'POST'],
    auth: 'bearer',
    scopes: ['things:read'],
    cost: 1,
    deadline_ms: 5000,
  })
})

t.test('after a swap it tells the new policy', async (t) => {
  const { policy, admin } = setup()
  policy.swap(createSnapshot(snapshot.limits, []))
  t.same((await admin.inject('/policy')).json().routes, [])
})

t.test('readiness is the one of the public side, liveness looks no further', async (t) => {
  const { admin } = setup(false)
  const ready = await admin.inject('/readyz')
  t.equal(ready.statusCode, 503)
  t.same(ready.json(), { status: 'fail', checks: { issuer_keys: 'fail' } })
  t.equal((await admin.inject('/livez')).statusCode, 200)
})

t.test('everything else is a problem', async (t) => {
  const { admin } = setup()
  for (const [method, url] of [
    ['GET', '/nothing'],
    ['POST', '/policy'],
    ['GET', '/%zz'],
  ] as const) {
    const answer = await admin.inject({ method, url })
    t.ok([400, 404].includes(answer.statusCode), `${url} ${answer.statusCode}`)
    t.equal(answer.headers['content-type'], 'application/problem+json', url)
  }
})

t.test('so is what is no HTTP at all', async (t) => {
  const { admin } = setup()
  await admin.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(() => admin.close())
  const { port } = admin.server.address() as { port: number }
  const [answer] = answersIn(await exchange(port, 'HELLO\r\n\r\n'))
  t.equal(answer?.status, 400)
  t.equal(answer?.headers['content-type'], 'application/problem+json')
  t.equal(answer?.json.type, 'https://api.test/problems/malformed-request')
  t.equal(answer?.headers['x-request-id'], answer?.json.trace_id)
})
