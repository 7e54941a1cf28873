import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { createRelocate } from '../../../src/path/8-upstream/location.ts'
import { call } from '../../kit/call.ts'
import { startGateway } from '../../kit/gateway.ts'

const relocate = createRelocate(
  () => ['orders:8080', '10.0.0.7:8080', 'shop.internal', '127.0.0.1:4001', '[fd00::7]:8080', '[::1]:4002'],
  'https://shop.example',
)

t.test('a place behind the gateway is told as a path', async (t) => {
  for (const [location, path] of [
    ['http://orders:8080/orders/1?a=b#c', '/orders/1?a=b#c'],
    ['//orders:8080/orders/1', '/orders/1'],
    ['HTTP://ORDERS:8080/orders/1', '/orders/1'],
    ['/\\orders:8080/x', '/x'],
    ['\\\\orders:8080/x', '/x'],
    ['/\t/orders:8080/x', '/x'],
    ['ht\ttp://orders:8080/x', '/x'],
    ['http:orders:8080/x', '/x'],
    ['https:/orders/x', '/x'],
    ['ws://orders:8080/x', '/x'],
    ['http://orders', '/'],
    ['http://orders:1234/x', '/x'],
    ['https://orders.:8080/x', '/x'],
    ['http://user:secret@orders:8080/x', '/x'],
    ['http://orders:8080//evil.example/x', '/evil.example/x'],
    ['http://10.0.0.7/x', '/x'],
    ['http://0xa000007:8080/x', '/x'],
    ['http://167772167/x', '/x'],
    ['http://[::ffff:10.0.0.7]:8080/x', '/x'],
    ['https://shop.internal/x', '/x'],
    ['http://127.0.0.1:4001/x', '/x'],
    ['http://127.1:4001/x', '/x'],
    ['http://[fd00::7]/x', '/x'],
    ['http://[FD00:0:0:0:0:0:0:7]:9/x', '/x'],
    ['http://[::1]:4002/x', '/x'],
  ] as const)
    t.equal(relocate(location), path, location)
})

t.test('a path and a place in the outside world stay as they are', async (t) => {
  for (const location of [
    '/orders/1',
    '1',
    '?next=2',
    '../x',
    '',
    'https://client.example/callback?code=a',
    'https://orders.example/x',
    'app.example:/callback',
    'http://127.0.0.1:53211/callback',
    'http://[::1]:53211/callback',
    'https://shop.example/orders/1',
  ])
    t.equal(relocate(location), location)
})

t.test('what cannot be read, names a user or would run in the client is dropped', async (t) => {
  for (const location of [
    'http://',
    'http://[x',
    'http://a b/',
    'https://user:secret@client.example/',
    'https://user@client.example/',
    'javascript:alert(1)',
    ' java\tscript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
    'http://169.254.169.254/latest/meta-data',
    'http://[fe80::1]/',
  ])
    t.equal(relocate(location), undefined, location)
})

t.test('a host that the public and a service share is told apart by its port', async (t) => {
  const shared = createRelocate(() => ['shop.example:4001'], 'https://shop.example')
  t.equal(shared('http://shop.example:4001/x'), '/x')
  t.equal(shared('https://shop.example:3000/x'), 'https://shop.example:3000/x')
})

t.test('a service that redirects to itself, or to another service, does not show an address', async (t) => {
  const other = await recordingUpstream(t)
  const upstream = await recordingUpstream(t, ({ url }, response) => {
    const base = url.endsWith('other') ? other.url : upstream.url
    response.writeHead(302, {
      location: `${base}/things/1`,
      'content-location': `${base}/things/1`,
      link: `<${base}/things?page=2>; rel="next", </things>; rel="first"`,
      refresh: `1; url=${base}/things/1`,
    })
    response.end()
  })
  // The other one is in the settings, and no route leads there.
  const gateway = await startGateway(t, { upstream: { shop: upstream.url, other: other.url } })
  for (const target of ['/open', '/open?other']) {
    const answer = await call(gateway.url, target)
    t.equal(answer.status, 302)
    t.equal(answer.headers.location, '/things/1')
    t.equal(answer.headers['content-location'], '/things/1')
    t.equal(answer.headers.link, '</things?page=2>; rel="next", </things>; rel="first"')
    t.equal(answer.headers.refresh, undefined)
  }
})
