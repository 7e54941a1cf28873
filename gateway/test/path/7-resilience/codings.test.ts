import { createHash } from 'node:crypto'
import {
  brotliCompressSync,
  constants,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib'
import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { call, seen } from '../../kit/call.ts'
import { startGateway } from '../../kit/gateway.ts'

const ALL = ['br', 'deflate', 'gzip', 'zstd']
const manifests = [
  {
    service: 'shop',
    routes: [
      { path: '/plain', methods: ['POST'], auth: 'public' },
      { path: '/coded', methods: ['POST'], auth: 'public', requestEncodings: ALL },
      {
        path: '/zipped',
        methods: ['POST'],
        auth: 'public',
        requestEncodings: ['gzip'],
        bodyLimit: 3_000_000,
      },
    ],
  },
]
/** Its best would take seconds. */
const QUICK = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }
const CODERS: Record<string, (bytes: Buffer) => Buffer> = {
  gzip: (bytes) => gzipSync(bytes),
  deflate: (bytes) => deflateSync(bytes),
  br: (bytes) => brotliCompressSync(bytes, QUICK),
  zstd: (bytes) => zstdCompressSync(bytes),
}

/** Text that shrinks to half, no further. */
function prose(size: number): Buffer {
  const bits = createHash('shake256', { outputLength: Math.ceil(size / 2) }).digest('hex')
  return Buffer.from(bits.slice(0, size))
}

t.test('a body in a coding the route takes reaches the service in clear, with its true length', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, manifests })
  let index = 0
  for (const [coding, code] of Object.entries(CODERS)) {
    for (const size of [1, 1_000, 60_000, 1_048_576]) {
      const clear = prose(size)
      const headers = {
        'content-encoding': index % 2 === 0 ? coding : coding.toUpperCase(),
        'content-type': 'application/json',
        'content-digest': 'sha-256=:AAAA:',
      }
      const answer = await call(gateway.url, '/coded', { method: 'POST', headers, body: code(clear) })
      t.equal(answer.status, 200, `${coding} ${size}`)
      const arrived = seen(upstream, index++)
      t.ok(arrived.body.equals(clear), 'byte for byte')
      t.equal(arrived.headers['content-length'], String(size))
      t.equal(arrived.headers['content-type'], 'application/json')
      t.notOk('content-encoding' in arrived.headers)
      t.notOk('content-digest' in arrived.headers, 'it was the digest of the bytes that were sent')
    }
  }
})

t.test('a coded body is 415 where the route takes none, and the answer says what is taken', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, manifests })
  const body = gzipSync('{}')
  const cases: [path: string, coding: string, taken: string][] = [
    ['/plain', 'gzip', 'identity'],
    ['/plain', 'br', 'identity'],
    ['/plain', 'aes128gcm', 'identity'],
    ['/zipped', 'br', 'gzip'],
    ['/coded', 'compress', 'br, deflate, gzip, zstd'],
    ['/coded', 'gzip, gzip', 'br, deflate, gzip, zstd'],
    ['/coded', 'gzip,identity', 'br, deflate, gzip, zstd'],
    ['/coded', 'x-gzip', 'br, deflate, gzip, zstd'],
    ['/coded', 'constructor', 'br, deflate, gzip, zstd'],
    ['/coded', 'gzip;q=1', 'br, deflate, gzip, zstd'],
  ]
  for (const [path, coding, taken] of cases) {
    const headers = { 'content-encoding': coding }
    const answer = await call(gateway.url, path, { method: 'POST', headers, body })
    t.equal(answer.status, 415, `${path} ${coding}`)
    t.equal(answer.headers['accept-encoding'], taken)
    t.equal(answer.headers['content-type'], 'application/problem+json')
  }
  t.match(await gateway.line(cases.length), { status: 415, error: 'GW_CONTENT_CODING' })
  const twice = [
    'content-encoding',
    'gzip',
    'content-encoding',
    'gzip',
    'content-length',
    String(body.length),
  ]
  const answer = await call(gateway.url, '/coded', { method: 'POST', headers: twice, body })
  t.ok(answer.status === 415 || answer.status === 400, 'two header lines are two codings')
  t.same(upstream.requests, [], 'none of them reached the service')
})

t.test('identity, or an empty Content-Encoding, is no coding', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, manifests })
  for (const coding of ['identity', 'Identity', '']) {
    const headers = { 'content-encoding': coding }
    t.equal((await call(gateway.url, '/plain', { method: 'POST', headers, body: '{}' })).status, 200)
  }
})

/** The same with another byte so far from its end. */
function spoilt(bytes: Buffer, fromEnd: number): Buffer {
  const at = bytes.length - fromEnd
  bytes[at] = (bytes[at] as number) ^ 0xff
  return bytes
}

const mebibyte = Buffer.alloc(1_048_576)
const bombs: Record<string, readonly [coding: string, body: Buffer, status: number]> = {
  'gzip of zeros': ['gzip', gzipSync(Buffer.alloc(20_000_000)), 413],
  'brotli of zeros': ['br', brotliCompressSync(Buffer.alloc(20_000_000), QUICK), 413],
  'zstd of zeros': ['zstd', zstdCompressSync(Buffer.alloc(20_000_000)), 413],
  'deflate of zeros': ['deflate', deflateSync(Buffer.alloc(20_000_000)), 413],
  'within the limit, but far more than twenty times its size': ['gzip', gzipSync(mebibyte.subarray(9)), 413],
  'one byte over the limit': ['gzip', gzipSync(prose(1_048_577)), 413],
  'gzip after gzip': ['gzip', Buffer.concat([gzipSync('{}'), gzipSync(mebibyte)]), 400],
  'many members of gzip': ['gzip', Buffer.concat(Array.from({ length: 500 }, () => gzipSync('{}'))), 400],
  'zstd frames in a row': ['zstd', Buffer.concat(Array(50).fill(zstdCompressSync(mebibyte))), 413],
  'garbage after the end': ['gzip', Buffer.concat([gzipSync('{}'), Buffer.from('GET / HTTP/1.1')]), 400],
  'zeros after the end': ['deflate', Buffer.concat([deflateSync('{}'), Buffer.alloc(4)]), 400],
  'garbage after brotli': ['br', Buffer.concat([brotliCompressSync('{}'), Buffer.from('x')]), 400],
  'gzip cut short': ['gzip', gzipSync(prose(5_000)).subarray(0, -9), 400],
  'brotli cut short': ['br', brotliCompressSync(prose(5_000)).subarray(0, -9), 400],
  'zstd cut short': ['zstd', zstdCompressSync(prose(5_000)).subarray(0, -9), 400],
  'another coding than it says': ['br', gzipSync(prose(500)), 400],
  'deflate without its frame': ['deflate', deflateRawSync(prose(500)), 400],
  'a wrong checksum': ['gzip', spoilt(gzipSync(prose(500)), 8), 400],
  'clear text': ['zstd', Buffer.from('{"clear":true}'), 400],
  'a window larger than 8 MiB': ['zstd', Buffer.from('28b52ffd00a8010000', 'hex'), 400],
  nothing: ['gzip', Buffer.alloc(0), 400],
}

t.test('no bomb and no broken body gets past: 413 or 400, and nothing of it to the service', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, manifests })
  for (const [what, [coding, body, status]] of Object.entries(bombs)) {
    for (const framing of [{ 'content-length': body.length }, { 'transfer-encoding': 'chunked' }]) {
      const headers = { 'content-encoding': coding, 'content-type': 'application/json', ...framing }
      const answer = await call(gateway.url, '/coded', { method: 'POST', headers, body })
      t.equal(answer.status, status, `${what}, ${Object.keys(framing)}`)
      t.equal(answer.headers['content-type'], 'application/problem+json')
    }
  }
  t.same(upstream.requests, [])
})

t.test('a hundred bombs at once leave the memory as it was and others are answered meanwhile', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, manifests })
  const before = process.memoryUsage()
  const all = ['gzip of zeros', 'brotli of zeros', 'zstd of zeros', 'deflate of zeros'].map(
    (name) => bombs[name],
  )
  const answers = Array.from({ length: 100 }, async (_none, index) => {
    const [coding = '', body] = all[index % all.length] ?? []
    const headers = { 'content-encoding': coding }
    return (await call(gateway.url, '/coded', { method: 'POST', headers, body: body ?? '' })).status
  })
  for (let n = 0; n < 20; n++)
    t.equal((await call(gateway.url, '/plain', { method: 'POST', body: '{}' })).status, 200)
  t.same([...new Set(await Promise.all(answers))], [413])
  const { arrayBuffers, external } = process.memoryUsage()
  const grown = Math.max(arrayBuffers - before.arrayBuffers, external - before.external)
  t.ok(grown < 100_000_000, `${grown} bytes more; decoded they would be 2 GB`)
})

t.test('the limit of the route counts what is decoded', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url, manifests })
  for (const [size, status] of [
    [2_999_999, 200],
    [3_000_000, 200],
    [3_000_001, 413],
  ] as const) {
    const headers = { 'content-encoding': 'gzip' }
    const answer = await call(gateway.url, '/zipped', {
      method: 'POST',
      headers,
      body: gzipSync(prose(size)),
    })
    t.equal(answer.status, status, `${size}`)
  }
})
