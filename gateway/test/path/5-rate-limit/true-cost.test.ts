import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { call } from '../../kit/call.ts'
import { tcpUpstream } from '../../kit/tcp-upstream.ts'
import { COST, costly, QUOTA } from './costly.ts'

t.test('what a service says its answer has cost is what it costs', async (t) => {
  const upstream = await recordingUpstream(t, ({ url }, response) => {
    response.setHeader('Stockgate-Cost', url.split('?')[1] ?? '')
    response.end('answered')
  })
  const { gateway, left } = await costly(t, upstream.url)
  let spent = 0
  for (const [index, [said, cost]] of [
    ['3', 3],
    ['0', 0],
    ['40', 40],
    ['007', 7],
    ['10', 10],
  ].entries() as IterableIterator<[number, [string, number]]>) {
    const answer = await call(gateway.url, `/open?${said}`)
    t.equal(answer.text, 'answered')
    t.equal(answer.headers['stockgate-cost'], undefined, 'the client does not see it')
    const line = await gateway.line(index + 1)
    spent += cost
    t.equal(left().burst, QUOTA - spent, said)
    t.equal(line.cost, COST)
    t.equal(line.settled, cost === COST ? undefined : cost)
  }
})

t.test('more than is left can be settled: the limit is then empty, and not below', async (t) => {
  const upstream = await recordingUpstream(t, (_request, response) => {
    response.setHeader('stockgate-cost', '1000000')
    response.end()
  })
  const { gateway, left } = await costly(t, upstream.url)
  t.equal((await call(gateway.url, '/open')).status, 200)
  await gateway.line()
  t.equal(left().burst, 0)
  const refused = await call(gateway.url, '/open')
  t.equal(refused.status, 429)
  t.ok(Number(refused.headers['retry-after']) <= 3600)
})

t.test('a cost that is none is ignored, kept from the client, and told once for each route', async (t) => {
  const upstream = await recordingUpstream(t, ({ url }, response) => {
    response.setHeader('stockgate-cost', JSON.parse(decodeURIComponent(url.split('?')[1] ?? '')))
    response.end()
  })
  const { gateway, limiter, left } = await costly(t, upstream.url)
  const bad = [
    '-1',
    '1.5',
    '1000001',
    '1e3',
    'free',
    '',
    ' ',
    '0x10',
    '10000000000000000',
    ['3', '4'],
    '5, 6',
  ]
  for (const [index, value] of bad.entries()) {
    const target = `/open?${encodeURIComponent(JSON.stringify(value))}`
    const answer = await call(gateway.url, target)
    t.equal(answer.status, 200, JSON.stringify(value))
    t.equal(answer.headers['stockgate-cost'], undefined)
    await gateway.line(index + 1)
  }
  t.same(limiter.settled, [])
  t.equal(left().burst, QUOTA - bad.length * COST)
  await call(gateway.url, '/other?%22much%22')
  await gateway.line(bad.length + 1)
  const complaints = gateway.log.filter(({ msg }) => /Stockgate-Cost/.test(String(msg)))
  t.match(complaints, [
    { service: 'shop', route: '/open', value: '-1', level: 40 },
    { service: 'shop', route: '/other', value: 'much' },
  ])
  t.equal(complaints.length, 2)
})

t.test('an answer without a body and one to HEAD are settled too', async (t) => {
  const { url } = await tcpUpstream(t, 'HTTP/1.1 204 No Content\r\nStockgate-Cost: 2\r\n\r\n')
  const { gateway, left } = await costly(t, url)
  t.equal((await call(gateway.url, '/open', { method: 'HEAD' })).status, 204)
  t.equal((await call(gateway.url, '/open')).status, 204)
  await gateway.line(2)
  t.equal(left().burst, QUOTA - 4)
})

t.test('a client cannot name the cost of its own call', async (t) => {
  const upstream = await recordingUpstream(t)
  const { gateway, left } = await costly(t, upstream.url)
  await call(gateway.url, '/open', { headers: { 'stockgate-cost': '0' } })
  await gateway.line()
  t.equal(left().burst, QUOTA - COST)
})
