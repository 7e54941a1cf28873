import type { ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { trail } from '../../../src/path/context.ts'
import { call, exchange, rawRequest } from '../../kit/call.ts'
import { until } from '../../kit/gateway.ts'
import { COST, costly, PLACES, QUOTA } from './costly.ts'

/** How the service answers, by the query. Each answer says it was worth 3. */
const ANSWERS: Record<string, (response: ServerResponse) => void> = {
  whole: (response) => response.end('whole'),
  notFound: (response) => response.writeHead(404).end('{}'),
  failed: (response) => response.writeHead(500).end('{}'),
  busy: (response) => response.writeHead(503).end(),
  reset: (response) => response.destroy(),
  cut: (response) => response.writeHead(200, { 'content-length': '9' }).write('c', () => response.destroy()),
  late: () => {},
  begun: (response) => response.write('x'.repeat(1000)),
}

function service(t: Parameters<typeof recordingUpstream>[0]) {
  return recordingUpstream(t, ({ url }, response) => {
    response.setHeader('stockgate-cost', '3')
    ANSWERS[url.split('?')[1] ?? '']?.(response)
  })
}

t.test('every ending costs what it should and frees its place exactly once', async (t) => {
  const { gateway, limiter, left } = await costly(t, (await service(t)).url)
  const endings: [target: string, method: string, cost: number][] = [
    ['/open?whole', 'GET', 3],
    ['/open?whole', 'HEAD', 3],
    ['/open?whole', 'POST', 3],
    ['/open?notFound', 'GET', 3],
    ['/open?failed', 'GET', 0],
    ['/open?failed', 'HEAD', 0],
    ['/open?busy', 'GET', 0],
    ['/open?reset', 'GET', 0],
    ['/open?cut', 'GET', 0],
    ['/quick?late', 'GET', 0],
    ['/quick?begun', 'GET', 0],
  ]
  let spent = 0
  for (const [index, [target, method, cost]] of endings.entries()) {
    await call(gateway.url, target, { method }).catch(() => {})
    const line = await gateway.line(index + 1)
    spent += cost
    t.same(left(), { burst: QUOTA - spent, inflight: PLACES }, `${method} ${target}`)
    t.equal(line.settled, cost, `${method} ${target}`)
    t.equal(limiter.released.length, index + 1, 'released once')
  }
  t.equal(new Set(limiter.released).size, endings.length, 'each its own')
})

t.test('a service that cannot be reached costs nothing', async (t) => {
  const upstream = await recordingUpstream(t)
  await upstream.close()
  const { gateway, limiter, left } = await costly(t, upstream.url)
  t.equal((await call(gateway.url, '/open')).status, 502)
  await gateway.line()
  t.same(left(), { burst: QUOTA, inflight: PLACES })
  t.equal(limiter.released.length, 1)
})

t.test('a call that is shed costs nothing', async (t) => {
  const { gateway, limiter, left } = await costly(t, (await service(t)).url, { SERVICE_CONCURRENCY: '1' })
  const held = call(gateway.url, '/quick?late')
  await until(() => limiter.size > 0, 'the first is counted')
  t.equal((await call(gateway.url, '/open?whole')).status, 503)
  t.match(await gateway.line(), { error: 'GW_BULKHEAD', settled: 0 })
  await held
  await gateway.line(2)
  t.same(left(), { burst: QUOTA, inflight: PLACES })
  t.equal(limiter.released.length, 2)
})

t.test('a client that leaves before the answer, or within it, gets nothing back', async (t) => {
  const upstream = await service(t)
  const { gateway, limiter, left } = await costly(t, upstream.url)
  const arrived = upstream.next()
  const first = connect(gateway.port, '127.0.0.1', () => first.write(rawRequest('GET /open?late')))
  await arrived
  t.equal(left().inflight, PLACES - 1, 'its place is taken meanwhile')
  first.destroy()
  t.match(await gateway.line(), { status: 499, cost: COST, settled: undefined })
  t.same(left(), { burst: QUOTA - COST, inflight: PLACES })
  const second = connect(gateway.port, '127.0.0.1', () => second.write(rawRequest('GET /open?begun')))
  second.once('data', () => second.destroy())
  t.match(await gateway.line(2), { status: 499, settled: 3 })
  t.same(left(), { burst: QUOTA - COST - 3, inflight: PLACES }, 'what the service had said holds')
  t.equal(limiter.released.length, 2)
})

t.test('a client that leaves while its limits are looked up holds no place', async (t) => {
  const upstream = await service(t)
  const { gateway, limiter, left } = await costly(t, upstream.url)
  let look = (): void => {}
  limiter.beforeDecision = new Promise<void>((resolve) => {
    look = resolve
  })
  let reached = false
  const note = (message: unknown) => {
    reached ||= (message as { stage: string }).stage === '5-rate-limit'
  }
  trail.subscribe(note)
  t.teardown(() => trail.unsubscribe(note))
  const socket = connect(gateway.port, '127.0.0.1', () => socket.write(rawRequest('GET /open?whole')))
  await until(() => reached, 'its limits are being looked up')
  socket.destroy()
  t.match(await gateway.line(), { status: 499, owner: 'address:127.0.0.1', cost: undefined })
  look()
  await until(() => limiter.released.length === 1, 'its place is free')
  t.same(left(), { burst: QUOTA - COST, inflight: PLACES })
  t.equal(upstream.requests.length, 0, 'and the service is not bothered')
  t.equal(gateway.log.length, 1)
})

t.test('a message that breaks in the middle frees its place', async (t) => {
  const { gateway, limiter, left } = await costly(t, (await service(t)).url)
  const head = ['Host: x', 'Transfer-Encoding: chunked']
  t.match(await exchange(gateway.port, rawRequest('POST /open?whole', head, 'zz\r\n')), /^HTTP\/1\.1 400 /)
  t.match(await gateway.line(), { status: 400, error: 'GW_MESSAGE', cost: COST })
  t.same(left(), { burst: QUOTA - COST, inflight: PLACES })
  t.equal(limiter.released.length, 1)
})

t.test('what is refused further on has been counted, and frees its place', async (t) => {
  const { gateway, limiter, left } = await costly(t, (await service(t)).url, { BODY_LIMIT: '10' })
  const large = await call(gateway.url, '/open', { method: 'POST', body: 'x'.repeat(11) })
  t.equal(large.status, 413)
  t.match(await gateway.line(), { error: 'GW_BODY_SIZE', cost: COST })
  t.same(left(), { burst: QUOTA - COST, inflight: PLACES })
  t.equal((await call(gateway.url, '/things', { headers: await gateway.auth('other') })).status, 403)
  await gateway.line(2)
  t.equal(limiter.released.length, 2)
})

t.test('a refused call has taken nothing and has nothing to give back', async (t) => {
  const { gateway, limiter, left, plan } = await costly(t, (await service(t)).url)
  const { owner, groups } = plan()
  for (let place = 0; place < PLACES; place++) limiter.decide({ owner, groups, cost: COST })
  const before = left()
  t.equal((await call(gateway.url, '/open?whole')).status, 429)
  await gateway.line()
  t.same(left(), before)
  t.same([limiter.settled, limiter.released], [[], []])
})

t.test('a client that leaves with several requests in line frees the places of all of them', async (t) => {
  const upstream = await service(t)
  const { gateway, limiter, left } = await costly(t, upstream.url)
  const request = (target: string) => `GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`
  const socket = connect(gateway.port, '127.0.0.1', () =>
    socket.write(request('/open?late') + request('/open?whole') + request('/open?late')),
  )
  await until(() => upstream.requests.length === 3, 'all are in flight')
  t.equal(left().inflight, PLACES - 3)
  socket.destroy()
  await gateway.line(3)
  t.same(left().inflight, PLACES)
  t.equal(limiter.released.length, 3)
  t.equal(new Set(limiter.released).size, 3)
  t.equal(gateway.log.length, 3, 'a line each')
})
