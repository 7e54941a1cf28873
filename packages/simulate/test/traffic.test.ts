import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { type Call, openTraffic, type TrafficOptions, UnusableTrafficError } from '../src/index.ts'
import { combined, file, own, START } from './kit.ts'

async function read(paths: readonly string[], options: TrafficOptions = {}) {
  const traffic = openTraffic(paths, options)
  const calls: Call[] = []
  for await (const batch of traffic.calls) calls.push(...batch)
  return { calls, files: traffic.files, seconds: calls.map(({ at }) => (at - START) / 1_000_000) }
}

const many = (t: Test, ...lines: string[]) => file(t, lines.join(''))

t.test('each file is recognised by itself, gzip by its content, and all are merged by time', async (t) => {
  const text = many(t, combined(1), combined(3))
  const packed = file(t, gzipSync(`${own(2_000)}${own(4_000)}`), 'not-named-gz')
  const { files, seconds } = await read([text, packed])
  t.strictSame(seconds, [1, 2, 3, 4])
  t.strictSame(
    files.map(({ format }) => format),
    ['combined log', 'access log of the gateway'],
  )
})

t.test('a dash reads standard input, gzip too, however it is cut into pieces', async (t) => {
  for (const bytes of [Buffer.from(combined(1) + combined(2)), gzipSync(combined(1) + combined(2))]) {
    const stdin = Readable.from([...bytes].map((byte) => Buffer.from([byte])))
    t.strictSame((await read(['-'], { stdin })).seconds, [1, 2])
  }
})

t.test('lines a little out of order are sorted; of the same moment they stay as written', async (t) => {
  const path = many(t, combined(30, 'a'), combined(2, 'b'), combined(30, 'c'), combined(1, 'd'))
  const { calls } = await read([path])
  t.strictSame(
    calls.map(({ caller }) => caller.address),
    ['d', 'b', 'a', 'c'],
  )
})

t.test('a line that comes much too late is taken at the time reached by then, and counted', async (t) => {
  const lines = Array.from({ length: 3_000 }, (_, second) => combined(second))
  const { calls, files } = await read([many(t, ...lines, combined(5, 'late'))])
  const times = calls.map(({ at }) => at)
  t.strictSame(
    times,
    times.toSorted((one, other) => one - other),
  )
  t.equal(files[0]?.late, 1)
  t.equal(calls.length, 3_001)
})

t.test('malformed lines are counted and the first ones kept with their numbers', async (t) => {
  const broken = ['', 'x', combined(1).replace('/Mar/', '/Mai/'), combined(1).replace('1/Mar', '32/Mar')]
  const more = [combined(1).slice(0, 40), combined(1).replace('10:00:01', '25:00:01'), '{"half":', 'é']
  const lines = [combined(0), ...[...broken, ...more].map((line) => `${line.trim()}\n`), combined(2)]
  const { files, seconds } = await read([many(t, ...lines)])
  t.strictSame(seconds, [0, 2])
  t.equal(files[0]?.lines, 10)
  t.equal(files[0]?.malformed, 7)
  t.strictSame(
    files[0]?.examples.map(({ line }) => line),
    [3, 4, 5, 6, 7],
  )
})

t.test('a combined line is read whatever stands in its quotes, with any zone and line end', async (t) => {
  const odd = combined(1).replace('GET /a HTTP/1.1', String.raw`\x16\x03\"] \"GET 500`)
  const zone = combined(3_600).replace('+0000', '+0100')
  const common = combined(2).replace(/ "-" "curl"\n/, '\r\n')
  const { seconds, calls } = await read([
    many(t, odd, zone, common, combined(3, '192.0.2.9', { status: 500 })),
  ])
  t.strictSame(seconds, [0, 1, 2, 3])
  t.strictSame(
    calls.map(({ settled }) => settled),
    [null, null, null, 0],
  )
})

t.test('of the access log only requests count that were held against limits', async (t) => {
  const path = many(
    t,
    '{"level":30,"time":"2026-03-01T10:00:00.000Z","msg":"listening"}\n',
    own(1_000, { client: null, owner: 'address:192.0.2.1', address: '::ffff:192.0.2.7' }),
    own(2_000, { tier: null, verdict: 'unauthenticated', status: 401 }),
    own(3_000, { service: null, route: '/usage', tier: null }),
    own(4_000, { verdict: 'limited', status: 429, cost: 3 }),
    own(5_000, { cost: 3, settled: 7, sub: '42', owner: 'claim:tenant:acme' }),
    own(6_000, { total_ms: 'long' }),
  )
  const { calls, files, seconds } = await read([path])
  t.strictSame(seconds, [1, 4, 5])
  t.match(files[0], { lines: 7, other: 3, malformed: 1 })
  t.match(calls[0], { cost: 1, refusedThen: false, caller: { clientId: null, address: '192.0.2.7' } })
  t.match(calls[1], { cost: 3, refusedThen: true, caller: { clientId: 'demo', sub: 'demo' } })
  t.match(calls[2], { cost: 3, settled: 7, caller: { sub: '42', claims: { tenant: 'acme' } } })
  t.equal(calls[2]?.end, (calls[2]?.at ?? 0) + 5_000)
})

t.test('older lines of the gateway tell when they ended and how long they took', async (t) => {
  const { decided_at: _, cost: __, ...old } = JSON.parse(own(0))
  const line = JSON.stringify({ ...old, time: START / 1000 + 250, total_ms: 250, status: 503 })
  const { calls } = await read([file(t, line)])
  t.match(calls[0], { at: START, end: START + 250_000, cost: 1, settled: 0 })
})

t.test('an IPv6 address counts as its /64', async (t) => {
  const hosts = ['2001:DB8:0:1:2:3:4:5', '2001:db8:0:1::9', '::1', '::ffff:192.0.2.1', 'fe80::1']
  const { calls } = await read([many(t, ...hosts.map((host, second) => combined(second, host)))])
  const addresses = calls.map(({ caller }) => caller.address)
  t.strictSame(addresses, ['2001:db8:0:1::', '2001:db8:0:1::', '::', '192.0.2.1', 'fe80::'])
})

t.test('only the calls between two moments are taken', async (t) => {
  const path = many(t, ...[1, 2, 3, 4].map((second) => combined(second)))
  const { seconds, files } = await read([path], { from: START + 2_000_000, until: START + 4_000_000 })
  t.strictSame(seconds, [2, 3])
  t.equal(files[0]?.outside, 2)
})

t.test('a file without any usable line is an error that says why', async (t) => {
  const cases: [string, RegExp, TrafficOptions?][] = [
    [file(t, ''), /is empty$/],
    [file(t, 'a\nb\n'), /is no traffic: none of its first 2 lines is one of/],
    [file(t, Buffer.alloc(3_000_000, 'x')), /is no traffic/],
    [file(t, own(1, { tier: null })), /no request that limits are held against \(1 other lines\)$/],
    [file(t, combined(1)), /no call between --from and --until \(1 outside\)$/, { from: START + 9e6 }],
    [file(t, gzipSync(combined(1)).subarray(0, 40)), /is a broken gzip file/],
    ['/nowhere/at-all.log', /cannot be read: ENOENT/],
    ['/tmp', /cannot be read: EISDIR/],
  ]
  for (const [path, message, options] of cases)
    await t.rejects(read([path], options), Object.assign(new UnusableTrafficError(''), { message }))
})
