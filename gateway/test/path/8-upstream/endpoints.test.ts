import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { dnsEndpoints } from '../../../src/path/8-upstream/dns-endpoints.ts'
import { type Endpoint, pickOfTwo } from '../../../src/path/8-upstream/endpoints.ts'
import { call } from '../../kit/call.ts'
import { startGateway, until } from '../../kit/gateway.ts'

const endpoint = (name: string, inFlight: number): Endpoint => ({ name, inFlight, pool: null as never })

t.test('of two endpoints the less busy one is taken', async (t) => {
  const [idle, busy] = [endpoint('idle', 1), endpoint('busy', 2)]
  for (let i = 0; i < 50; i++) t.equal(pickOfTwo([busy, idle])?.name, 'idle')
  t.equal(pickOfTwo([busy])?.name, 'busy')
  t.equal(pickOfTwo([]), undefined)
})

t.test('of many endpoints the busiest is never taken, and all others are', async (t) => {
  const many = [endpoint('worst', 9), ...[1, 2, 3, 4].map((n) => endpoint(`e${n}`, n))]
  const taken = new Set(Array.from({ length: 500 }, () => pickOfTwo(many)?.name))
  t.same([...taken].sort(), ['e1', 'e2', 'e3', 'e4'])
})

t.test('requests are spread over the endpoints of a service, and each line names its own', async (t) => {
  const [a, b] = [await recordingUpstream(t), await recordingUpstream(t)]
  const gateway = await startGateway(t, { upstream: `${a.url}|${b.url}` })
  for (let i = 0; i < 40; i++) t.equal((await call(gateway.url, '/open')).status, 200)
  t.ok(a.requests.length > 0 && b.requests.length > 0, `${a.requests.length} and ${b.requests.length}`)
  await gateway.line(40)
  const hosts = new Set(gateway.log.map(({ upstream }) => upstream))
  t.same([...hosts].sort(), [a.url, b.url].map((url) => new URL(url).host).sort())
})

t.test('without a setting the endpoints are the addresses DNS knows, as it knows them', async (t) => {
  let known = [
    { address: '127.0.0.2', family: 4 },
    { address: '127.0.0.3', family: 4 },
  ]
  let asked = 0
  const endpoints = dnsEndpoints('shop', 1, async (name) => {
    asked++
    t.equal(name, 'shop')
    if (known.length === 0) throw new Error('ENOTFOUND')
    return known
  })
  t.teardown(() => endpoints.close())
  await until(() => endpoints.pick() !== undefined, 'the first answer of DNS')
  t.same([...endpoints.hosts()], ['shop:8080', '127.0.0.2:8080', '127.0.0.3:8080'])
  known = []
  t.ok(asked > 0)
  t.ok(endpoints.pick(), 'what was known stays')
})
