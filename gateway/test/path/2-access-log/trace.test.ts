import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { traceOf } from '../../../src/path/2-access-log/trace.ts'
import { call, seen } from '../../kit/call.ts'
import { startGateway } from '../../kit/gateway.ts'

const ID = '4bf92f3577b34da6a3ce929d0e0e4736'
const GOOD = `00-${ID}-00f067aa0ba902b7-01`

t.test('a well-formed traceparent is continued with a span of our own', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const answer = await call(gateway.url, '/open', { headers: { traceparent: GOOD, tracestate: 'a=b' } })
  t.equal(answer.headers['x-request-id'], ID)
  const { headers } = seen(upstream)
  t.match(headers.traceparent, new RegExp(`^00-${ID}-[0-9a-f]{16}-01$`))
  t.not(headers.traceparent, GOOD)
  t.equal(headers.tracestate, 'a=b')
  t.equal(headers['x-request-id'], ID)
})

t.test('without a usable traceparent a new trace begins and the tracestate goes', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const answer = await call(gateway.url, '/open', { headers: { traceparent: 'junk', tracestate: 'a=b' } })
  const { headers } = seen(upstream)
  t.match(answer.headers['x-request-id'], /^[0-9a-f]{32}$/)
  t.ok(headers.traceparent?.includes(String(answer.headers['x-request-id'])))
  t.equal(headers.tracestate, undefined)
})

t.test('a client cannot choose its request id', async (t) => {
  const gateway = await startGateway(t)
  const answer = await call(gateway.url, '/livez', { headers: { 'x-request-id': 'mine-mine-mine' } })
  t.match(answer.headers['x-request-id'], /^[0-9a-f]{32}$/)
})

t.test('what the standard calls malformed starts anew', async (t) => {
  const bad = [
    undefined,
    '',
    [GOOD, GOOD],
    `${GOOD}, ${GOOD}`,
    GOOD.toUpperCase(),
    `${GOOD}-more`,
    GOOD.replace('00-', 'ff-'),
    GOOD.replace('00-', '0-'),
    GOOD.replace(ID, '0'.repeat(32)),
    GOOD.replace('00f067aa0ba902b7', '0'.repeat(16)),
    GOOD.slice(0, -1),
    GOOD.replace('01', '0g'),
  ]
  for (const value of bad) {
    const trace = traceOf(value)
    t.equal(trace.continued, false, String(value))
    t.match(trace.id, /^[0-9a-f]{32}$/)
    t.not(trace.id, ID)
  }
})

t.test('a later version is read as far as it is known', async (t) => {
  t.match(traceOf(`cc-${ID}-00f067aa0ba902b7-09-what-comes`), { id: ID, flags: '01', continued: true })
})

t.test('ids do not repeat', async (t) => {
  const ids = new Set(Array.from({ length: 10_000 }, () => traceOf(undefined).id))
  t.equal(ids.size, 10_000)
})
