import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { call } from '../../kit/call.ts'
import { startGateway } from '../../kit/gateway.ts'

const manifest = {
  service: 'shop',
  routes: [
    { path: '/all', methods: ['GET'], auth: 'bearer', scopes: ['a', 'b'] },
    { path: '/any', methods: ['GET'], auth: 'bearer', anyScopes: ['a', 'b'] },
    { path: '/both', methods: ['GET'], auth: 'bearer', scopes: ['x'], anyScopes: ['a', 'b'] },
    { path: '/none', methods: ['GET'], auth: 'bearer', scopes: [] },
  ],
}

t.test('a route needs all of its scopes and one of its anyScopes', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, manifests: [manifest] })
  const cases: [target: string, held: string, status: number][] = [
    ['/all', 'a b', 200],
    ['/all', 'b c a', 200],
    ['/all', 'a', 403],
    ['/all', 'ab', 403],
    ['/all', '', 403],
    ['/any', 'a', 200],
    ['/any', 'b', 200],
    ['/any', 'c', 403],
    ['/both', 'x b', 200],
    ['/both', 'x', 403],
    ['/both', 'a', 403],
    ['/none', '', 200],
  ]
  for (const [target, held, status] of cases) {
    const answer = await call(gateway.url, target, { headers: await gateway.auth(held) })
    t.equal(answer.status, status, `${target} with "${held}"`)
  }
  t.equal(upstream.requests.length, cases.filter(([, , status]) => status === 200).length)
})

t.test('the refusal names the scopes to ask for', async (t) => {
  const gateway = await startGateway(t, { manifests: [manifest] })
  const all = await call(gateway.url, '/all', { headers: await gateway.auth('a') })
  const guide = (group: string) =>
    `resource_metadata="https://api.test/.well-known/oauth-protected-resource/${group}"`
  t.equal(all.headers['www-authenticate'], `Bearer error="insufficient_scope", scope="a b", ${guide('all')}`)
  t.match(all.json, { type: 'https://api.test/problems/insufficient-scope', status: 403 })
  const any = await call(gateway.url, '/any', { headers: await gateway.auth('c') })
  t.equal(any.headers['www-authenticate'], `Bearer error="insufficient_scope", scope="a", ${guide('any')}`)
  t.equal(any.json.detail, 'This call needs one of a, b.')
})
