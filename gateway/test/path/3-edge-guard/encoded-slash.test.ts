import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { call } from '../../kit/call.ts'
import { limitsOf, startGateway } from '../../kit/gateway.ts'

const MANIFEST = {
  service: 'shop',
  routes: [
    { path: '/files/{name}', methods: ['GET'], auth: 'public', encodedSlash: true },
    { path: '/files/{name}/parts', methods: ['GET'], auth: 'public', encodedSlash: true },
    { path: '/files/secret', methods: ['GET'], auth: 'bearer', scopes: [] },
    { path: '/things/{id}', methods: ['GET'], auth: 'public' },
  ],
}

t.test('a route that takes encoded slashes passes them on as they were written', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, manifests: [MANIFEST] })
  for (const target of [
    '/files/a%2Fb',
    '/files/a%2fb%2Fc?x=1',
    '/files/a%2Fb/parts',
    '/files/a%2F..b',
    '/files/files%2Fsecret',
  ]) {
    t.equal((await call(gateway.url, target)).status, 200, target)
    t.equal(upstream.requests.at(-1)?.url, target)
    const line = await gateway.line(upstream.requests.length)
    t.equal(line.path, target.split('?')[0])
    t.match(line.route, /^\/files\/\{name\}/)
  }
})

t.test(
  'an encoded slash is 400 on any other route, on no route, and where it hides dots or nothing',
  async (t) => {
    const upstream = await recordingUpstream(t)
    const gateway = await startGateway(t, { upstream: upstream.url, manifests: [MANIFEST] })
    for (const target of [
      '/things/a%2Fb',
      '/things/a%2fb?x',
      '/nothing%2Fhere',
      '/files%2Fsecret',
      '/files/..%2Fsecret',
      '/files/a%2F..%2Fsecret',
      '/files/a%2F%2Fb',
      '/files/%2Fetc',
      '/files/a%2F',
      '/files/a%252Fb',
      '/livez%2F',
    ]) {
      const answer = await call(gateway.url, target)
      t.equal(answer.status, 400, target)
      t.match(answer.json.type, /malformed-request$/)
    }
    t.match(await gateway.line(11), { error: 'GW_TARGET' })
    t.same(upstream.requests, [])
  },
)

t.test('an imagined call is judged as a real one would be', async (t) => {
  const { app } = await startGateway(t, { manifests: [MANIFEST] })
  t.equal(app.targetFault('/files/a%2Fb', 'GET'), null)
  t.equal(app.targetFault('/files/a%2Fb', 'POST'), 'GW_TARGET')
  t.equal(app.targetFault('/things/a%2Fb', 'GET'), 'GW_TARGET')
  t.equal(app.targetFault('/things/a', 'GET'), null)
})

t.test('no spelling of a path gives a caller a second counter', async (t) => {
  const upstream = await recordingUpstream(t)
  const limits = limitsOf({ quota: 4, window: 60 })
  const gateway = await startGateway(t, { upstream: upstream.url, manifests: [MANIFEST], limits })
  const statuses = []
  for (const target of [
    '/files/a',
    '/files/A',
    '/files/a%2Fb',
    '/files/a%2fb',
    '/files/a?x',
    '/things/a',
    '/things/b',
  ])
    statuses.push((await call(gateway.url, target)).status)
  t.same(statuses, [200, 200, 200, 200, 429, 429, 429])
})

t.test('a page may ask about a call whose route takes encoded slashes, and about no other', async (t) => {
  const origin = 'https://shop.example'
  const gateway = await startGateway(t, { manifests: [MANIFEST], env: { CORS_ORIGINS: origin } })
  const ask = async (target: string, method: string) => {
    const headers = { origin, 'access-control-request-method': method }
    return (await call(gateway.url, target, { method: 'OPTIONS', headers })).status
  }
  t.equal(await ask('/files/a%2Fb', 'GET'), 204)
  t.equal(await ask('/files/a%2Fb/parts?x=1', 'GET'), 204)
  t.equal(await ask('/files/a%2Fb', 'PUT'), 400)
  t.equal(await ask('/things/a%2Fb', 'GET'), 400)
  t.equal(await ask('/files/..%2Fsecret', 'GET'), 400)
  t.equal(await ask('/files/a%2Fb', '__proto__'), 400)
})
