import { recordingUpstream } from '@stockgate/test-kit'
import t, { type Test } from 'tap'
import { answersIn, call } from '../../kit/call.ts'
import { dialogue, statusesIn } from '../../kit/dialogue.ts'
import { startGateway } from '../../kit/gateway.ts'

const NEXT = 'GET /open?next HTTP/1.1\r\nHost: x\r\n\r\n'

/** A POST with these header lines, and what comes behind them. */
function post(headers: readonly string[], rest = '', version = 'HTTP/1.1'): string {
  return [`POST /open ${version}`, 'Host: x', ...headers, '', rest].join('\r\n')
}
const chunked = (rest: string): string => post(['Transfer-Encoding: chunked'], rest)

const TWO_LENGTHS: Record<string, string> = {
  'CL.TE': post(['Content-Length: 6', 'Transfer-Encoding: chunked'], `0\r\n\r\n${NEXT}`),
  'TE.CL': post(['Transfer-Encoding: chunked', 'Content-Length: 4'], `5c\r\n${NEXT}\r\n0\r\n\r\n`),
  'TE.TE, the first chunked': post(['Transfer-Encoding: chunked', 'Transfer-Encoding: x'], '0\r\n\r\n'),
  'TE.TE, the last chunked': post(['Transfer-Encoding: x', 'Transfer-Encoding: chunked'], '0\r\n\r\n'),
  'chunked twice': post(['Transfer-Encoding: chunked, chunked'], '0\r\n\r\n'),
  'gzip, chunked': post(['Transfer-Encoding: gzip, chunked'], '0\r\n\r\n'),
  'chunked, identity': post(['Transfer-Encoding: chunked, identity'], '0\r\n\r\n'),
  identity: post(['Transfer-Encoding: identity'], ''),
  'chunked in quotes': post(['Transfer-Encoding: "chunked"'], '0\r\n\r\n'),
  xchunked: post(['Transfer-Encoding: xchunked'], '0\r\n\r\n'),
  'chunked behind a vertical tab': post(['Transfer-Encoding: \vchunked'], '0\r\n\r\n'),
  'an empty coding': post(['Transfer-Encoding:'], ''),
  'an empty coding list': post(['Transfer-Encoding: ,chunked'], '0\r\n\r\n'),
  'a coding on a folded line': post(['Transfer-Encoding:', ' chunked'], '0\r\n\r\n'),
  'a coding before its colon': post(['Transfer-Encoding : chunked'], '0\r\n\r\n'),
  'two lengths': post(['Content-Length: 3', 'Content-Length: 4'], 'abc'),
  'two equal lengths': post(['Content-Length: 3', 'Content-Length: 3'], 'abc'),
  'a list of lengths': post(['Content-Length: 3, 3'], 'abc'),
  'a length with plus': post(['Content-Length: +3'], 'abc'),
  'a length with minus': post(['Content-Length: -3'], 'abc'),
  'a hex length': post(['Content-Length: 0x3'], 'abc'),
  'a length with a blank within': post(['Content-Length: 1 3'], 'abc'),
  'a length beyond all numbers': post(['Content-Length: 99999999999999999999'], 'abc'),
  'no length at all': post(['Content-Length:'], 'abc'),
  'a length in another spelling too': post(['Content-Length: 3', 'content-length: 0'], 'abc'),
}

const BROKEN: Record<string, string> = {
  'a chunk size in words': chunked(`zz\r\n${NEXT}`),
  'a chunk size with 0x': chunked('0x1\r\na\r\n0\r\n\r\n'),
  'a chunk size with a sign': chunked('+1\r\na\r\n0\r\n\r\n'),
  'a chunk size with a blank before': chunked(' 1\r\na\r\n0\r\n\r\n'),
  'a chunk size beyond all numbers': chunked('fffffffffffffffff\r\na\r\n'),
  'a chunk longer than it says': chunked('1\r\nabc\r\n0\r\n\r\n'),
  'a chunk line that ends without CR': chunked('1\na\r\n0\r\n\r\n'),
  'chunk data that ends without CR': chunked('1\r\na\n0\r\n\r\n'),
  'a chunk extension without a name': chunked('1;\r\na\r\n0\r\n\r\n'),
  'a chunk extension with a line end within': chunked('1;a\nb\r\na\r\n0\r\n\r\n'),
  'a chunk extension with a control byte': chunked('1;a=\x01\r\na\r\n0\r\n\r\n'),
  'a chunk extension of 17 KiB': chunked(`1;a=${'b'.repeat(17 * 1024)}\r\na\r\n0\r\n\r\n`),
  'a length in a trailer': chunked('1\r\na\r\n0\r\nContent-Length: 5\r\n\r\n'),
  'a coding in a trailer': chunked('1\r\na\r\n0\r\nTransfer-Encoding: gzip\r\n\r\n'),
  'a folded header': post(['A: b', ' c', 'Content-Length: 0']),
  'a folded header by tab': post(['A: b', '\tc', 'Content-Length: 0']),
  'a header before the first': `GET /open HTTP/1.1\r\n Host: x\r\n\r\n`,
  'a blank before the colon': post(['A : b', 'Content-Length: 0']),
  'no colon': post(['A', 'Content-Length: 0']),
  'no name': post([': b', 'Content-Length: 0']),
  'a NUL in a name': post(['A\0: b', 'Content-Length: 0']),
  'a NUL in a value': post(['A: b\0', 'Content-Length: 0']),
  'a control byte in a value': post(['A: b\x02', 'Content-Length: 0']),
  'a DEL in a value': post(['A: b\x7f', 'Content-Length: 0']),
  'an 8-bit name': post(['\xc4: b', 'Content-Length: 0']),
  'a CR alone within a value': post(['A: b\rC: d', 'Content-Length: 0']),
  'an LF alone behind a value': 'GET /open HTTP/1.1\r\nHost: x\nA: b\r\n\r\n',
  'LF alone everywhere': 'GET /open HTTP/1.1\nHost: x\n\n',
  'an 8-bit path': 'GET /caf\xe9 HTTP/1.1\r\nHost: x\r\n\r\n',
  'a tab in the request line': 'GET\t/open\tHTTP/1.1\r\nHost: x\r\n\r\n',
  'HTTP/0.9 without a version': 'GET /open\r\n\r\n',
  'HTTP/0.9 with its version': 'GET /open HTTP/0.9\r\nHost: x\r\n\r\n',
  'HTTP/1.2': 'GET /open HTTP/1.2\r\nHost: x\r\n\r\n',
  'HTTP/2.0 on a request line': 'GET /open HTTP/2.0\r\nHost: x\r\n\r\n',
  'HTTP/3.0': 'GET /open HTTP/3.0\r\nHost: x\r\n\r\n',
  'the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'chunks in HTTP/1.0': post(['Transfer-Encoding: chunked'], '1\r\na\r\n0\r\n\r\n', 'HTTP/1.0'),
  'a body in HTTP/1.0': post(['Content-Length: 1'], 'a', 'HTTP/1.0'),
}

t.test('a message with two ways to tell its length is 400, closes, and reaches no service', async (t) => {
  await allRefused(t, TWO_LENGTHS)
})

t.test(
  'a message broken in its lines, chunks, bytes or version is 400, closes, and reaches no service',
  async (t) => {
    await allRefused(t, BROKEN)
  },
)

async function allRefused(t: Test, cases: Readonly<Record<string, string>>): Promise<void> {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  let lines = 0
  for (const [what, bytes] of Object.entries(cases)) {
    const client = await dialogue(t, gateway.port)
    client.say(bytes)
    await client.hear('\r\n\r\n')
    client.say(NEXT)
    const [answer, ...more] = answersIn(await client.closed())
    t.match(answer, { status: 400, headers: { connection: 'close' } }, what)
    t.equal(answer?.headers['content-type'], 'application/problem+json')
    t.same(more, [])
    t.equal((await gateway.line(++lines)).status, 400)
  }
  t.same(upstream.requests, [])
  t.equal((await call(gateway.url, '/open')).status, 200)
  t.equal(upstream.requests.length, 1)
}

t.test('trailers end here: the service sees the body and none of them', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const client = await dialogue(t, gateway.port)
  const trailers = ['Authorization: Bearer x', 'Host: evil', 'X-User-Id: 1', 'X_User_Id: 2', 'Harmless: 3']
  client.say(`${chunked(`3;ext="q"\r\nabc\r\n0\r\n${trailers.join('\r\n')}\r\n\r\n`)}${NEXT}`)
  t.same(statusesIn(await client.answers(2)), [200, 200])
  const [first] = upstream.requests
  t.equal(first?.text, 'abc')
  t.notMatch(JSON.stringify(first?.rawHeaders), /evil|Bearer x|user|harmless|trailer/i)
})

t.test('a Connection: close among trailers ends the connection, and the answer says so', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const client = await dialogue(t, gateway.port)
  client.say(chunked('3\r\nabc\r\n0\r\nConnection: close\r\n\r\n'))
  const heard = await client.closed()
  t.same(statusesIn(heard), [200])
  t.match(heard, /\r\nconnection: close\r\n/i)
})

t.test('HTTP/1.0 is answered where it has a Host and no body, and may keep its connection', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const client = await dialogue(t, gateway.port)
  client.say('GET /open HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n')
  await client.answers(1)
  client.say('GET /open HTTP/1.0\r\nHost: x\r\n\r\n')
  t.same(statusesIn(await client.closed()), [200, 200])
})

t.test('a hundred requests in one packet are answered in their order', async (t) => {
  const upstream = await recordingUpstream(t, (request, response) => {
    setTimeout(() => response.end(`<${request.url?.split('=')[1]}>`), Number(request.url?.at(-1)))
  })
  const gateway = await startGateway(t, { upstream: upstream.url })
  const client = await dialogue(t, gateway.port)
  const numbers = Array.from({ length: 100 }, (_, at) => at)
  client.say(numbers.map((at) => `GET /open?n=${at} HTTP/1.1\r\nHost: x\r\n\r\n`).join(''))
  const heard = await client.answers(100).then(() => client.hear('<99>'))
  t.same(
    [...heard.matchAll(/<(\d+)>/g)].map(([, at]) => Number(at)),
    numbers,
  )
  await gateway.line(100)
})

t.test('a request comes in single bytes with a pause before the last, and is one request', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const client = await dialogue(t, gateway.port)
  client.socket.setNoDelay(true)
  const bytes = chunked('3\r\nabc\r\n0\r\n\r\n')
  for (const byte of bytes.slice(0, -1)) {
    client.say(byte)
    await new Promise((resolve) => setImmediate(resolve))
  }
  t.same(upstream.requests, [])
  client.say(bytes.at(-1) as string)
  t.same(statusesIn(await client.answers(1)), [200])
  t.equal(upstream.requests[0]?.text, 'abc')
})
