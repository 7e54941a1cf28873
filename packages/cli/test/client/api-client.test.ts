import type { ServerResponse } from 'node:http'
import t from 'tap'
import { createStopSwitch } from '../../src/client/stop-switch.ts'
import { TokenError } from '../../src/client/token-source.ts'
import { apiOf, type UpstreamHandler } from '../kit/api.ts'

const CALL = { method: 'POST', path: '/orders', body: { a: 1 }, idempotencyKey: 'invoice-1' } as const

function answer(response: ServerResponse, status: number, body: unknown = {}, headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

/** Answers each request with the next of these, the last one for ever. */
function inTurn(...steps: ((response: ServerResponse) => void)[]): UpstreamHandler {
  let count = 0
  return (_request, response) => steps[Math.min(count++, steps.length - 1)]?.(response)
}

t.test('after 429 the same call with the same key is sent once Retry-After is over', async (t) => {
  const limited = (response: ServerResponse) => answer(response, 429, {}, { 'retry-after': '1' })
  const { api, upstream } = await apiOf(
    t,
    inTurn(limited, (response) => answer(response, 201, { id: 'ord_1' })),
  )
  const started = performance.now()
  t.equal((await api.send(CALL)).status, 201)
  t.ok(performance.now() - started >= 1000, 'not a moment earlier')
  const [first, second] = upstream.requests
  t.equal(first?.headers['idempotency-key'], '"invoice-1"')
  t.equal(second?.headers['idempotency-key'], '"invoice-1"')
  t.same(second?.json(), { a: 1 })
  t.match(api.counts, { calls: 1, limited: 1, retried: 0 })
  t.ok(api.counts.limitedMs >= 1000)
})

t.test(
  'a cut connection, 502, 503, 504 and a key in flight are repeated until there is an answer',
  async (t) => {
    const { api, upstream } = await apiOf(
      t,
      inTurn(
        (response) => response.destroy(),
        (response) => answer(response, 502),
        (response) => answer(response, 503, {}, { 'retry-after': '0' }),
        (response) => answer(response, 504, {}, { 'retry-after': '0' }),
        (response) =>
          answer(
            response,
            409,
            { type: 'http://x/problems/idempotency-key-in-flight' },
            { 'retry-after': '0' },
          ),
        (response) => answer(response, 409, { type: 'http://x/problems/insufficient-stock' }),
      ),
    )
    t.match(await api.send(CALL), { status: 409, body: { type: /insufficient-stock/ } })
    t.equal(upstream.requests.length, 6)
    t.equal(api.counts.retried, 5)
  },
)

t.test('a token that has become invalid is renewed once, and a second 401 is an answer', async (t) => {
  const { api, upstream } = await apiOf(t, (_request, response) => answer(response, 401))
  t.equal((await api.send(CALL)).status, 401)
  t.same(
    upstream.requests.map(({ headers }) => headers.authorization),
    ['Bearer token-1', 'Bearer token-2'],
  )
})

t.test('when nothing answers, the call ends after its patience and says what to do', async (t) => {
  const { api, upstream } = await apiOf(t, () => {}, { patienceMs: 600 })
  await upstream.close()
  await t.rejects(api.send(CALL), { name: 'UnreachableError', message: /no answer from .* is it running\?/ })
})

t.test('a service that stays away ends the call with its own words', async (t) => {
  const busy = { title: 'The service is short of capacity', trace_id: 'abc' }
  const { api } = await apiOf(t, (_request, response) => answer(response, 503, busy), { patienceMs: 500 })
  await t.rejects(api.send(CALL), {
    name: 'RefusedError',
    message: /POST \/orders .* 503 .*short of capacity \[trace abc\]/,
  })
})

t.test('a success that is no JSON is no answer', async (t) => {
  const { api } = await apiOf(
    t,
    inTurn(
      (response) => response.end('<html>'),
      (response) => answer(response, 200, { ok: true }),
    ),
  )
  t.same((await api.send(CALL)).body, { ok: true })
})

t.test('an unexpected status is refused with the place the problem points at', async (t) => {
  const problem = { detail: 'The body is wrong.', errors: [{ pointer: '#/lines', detail: 'too many' }] }
  const { api } = await apiOf(t, (_request, response) => answer(response, 400, problem))
  await t.rejects(api.expect(CALL, [201]), { message: /400 The body is wrong\. \(#\/lines: too many\)/ })
})

t.test('stopping ends the waiting at once', async (t) => {
  const stop = createStopSwitch()
  const limited = (response: ServerResponse) => answer(response, 429, {}, { 'retry-after': '60' })
  const { api, upstream } = await apiOf(t, inTurn(limited), { stop })
  const arrived = upstream.next()
  const sent = t.rejects(api.send(CALL), { name: 'StoppedError' })
  await arrived
  stop.stop()
  await sent
})

t.test('a refused client is told at once, and no secret is in the message', async (t) => {
  const refuse = async () => Promise.reject(new TokenError('gateway does not know the client "demo"'))
  const { api, upstream } = await apiOf(t, () => {}, { tokens: { token: refuse, invalidate: () => {} } })
  await t.rejects(api.send(CALL), { name: 'TokenError' })
  t.equal(upstream.requests.length, 0)
})
