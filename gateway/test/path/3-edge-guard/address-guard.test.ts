import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { call } from '../../kit/call.ts'
import { startGateway } from '../../kit/gateway.ts'

t.test('an address that floods is refused before its token is looked at', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, env: { ADDRESS_LIMIT: '5' } })
  const statuses = []
  for (let i = 0; i < 8; i++) {
    const answer = await call(gateway.url, '/things', { headers: { authorization: `Bearer bad${i}` } })
    statuses.push(answer.status)
    if (answer.status === 429) {
      t.equal(answer.json.type, 'https://iana.org/assignments/http-problem-types#quota-exceeded')
      t.same(answer.json['violated-policies'], ['address'])
      t.equal(answer.headers['retry-after'], '1')
      t.equal(answer.headers['x-ratelimit-limit'], undefined)
    }
  }
  t.same(statuses, [401, 401, 401, 401, 401, 429, 429, 429])
  t.match(await gateway.line(8), { verdict: 'limited', limit: 'address', error: 'GW_ADDRESS_LIMIT' })
})

t.test('bad targets, unknown paths and all routes count together', async (t) => {
  const gateway = await startGateway(t, { env: { ADDRESS_LIMIT: '4' } })
  const statuses = []
  for (const target of ['/nothing', '/a//b', '/livez', '/things', '/nothing', '/a//b', '/livez', '/things'])
    statuses.push((await call(gateway.url, target)).status)
  t.same(statuses, [404, 400, 200, 401, 429, 429, 429, 429])
})

t.test('behind a trusted balancer the address is the client it names, an IPv6 client its /64', async (t) => {
  const gateway = await startGateway(t, { env: { ADDRESS_LIMIT: '1', TRUST_PROXY: '127.0.0.0/8' } })
  const from = async (address: string) =>
    (await call(gateway.url, '/livez', { headers: { 'x-forwarded-for': address } })).status
  t.same([await from('192.0.2.1'), await from('192.0.2.1'), await from('192.0.2.2')], [200, 429, 200])
  t.same(
    [await from('2001:db8::1'), await from('2001:db8::ffff'), await from('2001:db8:0:1::1')],
    [200, 429, 200],
  )
  t.equal(await from('::ffff:192.0.2.2'), 429, 'an IPv4 address in IPv6 clothes')
})

t.test('without a trusted balancer X-Forwarded-For buys nothing', async (t) => {
  const gateway = await startGateway(t, { env: { ADDRESS_LIMIT: '2' } })
  const statuses = []
  for (let i = 0; i < 4; i++)
    statuses.push(
      (await call(gateway.url, '/livez', { headers: { 'x-forwarded-for': `192.0.2.${i}` } })).status,
    )
  t.same(statuses, [200, 200, 429, 429])
})

t.test('0 turns the guard off', async (t) => {
  const gateway = await startGateway(t, { env: { ADDRESS_LIMIT: '0' } })
  const answers = await Promise.all(Array.from({ length: 50 }, () => call(gateway.url, '/livez')))
  t.ok(answers.every(({ status }) => status === 200))
})

t.test(
  'behind a trusted balancer no way of writing an address, path or method buys a second share',
  async (t) => {
    const gateway = await startGateway(t, { env: { ADDRESS_LIMIT: '1', TRUST_PROXY: '127.0.0.0/8' } })
    const ask = async (address: string, target = '/livez', method = 'GET') =>
      (await call(gateway.url, target, { method, headers: { 'x-forwarded-for': address } })).status
    t.equal(await ask('192.0.2.1'), 200)
    for (const again of [
      '192.0.2.1:80',
      '192.0.2.1:81',
      '6.6.6.6, 192.0.2.1',
      '::ffff:192.0.2.1',
      '[::ffff:c000:201]',
    ])
      t.equal(await ask(again), 429, again)
    t.equal(await ask('192.0.2.1', '/LIVEZ'), 429)
    t.equal(await ask('192.0.2.1', '/livez?x', 'PUT'), 429)
    t.equal(await ask('2001:db8::1'), 200)
    for (const again of ['2001:DB8::2', '[2001:db8::3]:80', '2001:db8:0:0:ffff::1', '1.2.3.4, 2001:db8::9'])
      t.equal(await ask(again), 429, again)
  },
)

t.test('who sends garbage through a balancer counts as the balancer, all of them together', async (t) => {
  const gateway = await startGateway(t, { env: { ADDRESS_LIMIT: '2', TRUST_PROXY: '127.0.0.0/8' } })
  const statuses = []
  for (const garbage of ['unknown', 'x1', 'x2', '', '999.1.1.1', 'a'.repeat(4_000)]) {
    const headers = { 'x-forwarded-for': garbage }
    statuses.push((await call(gateway.url, '/livez', { headers })).status)
  }
  t.same(statuses, [200, 200, 429, 429, 429, 429])
})
