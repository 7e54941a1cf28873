import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { dialogue, statusesIn } from '../../kit/dialogue.ts'
import { startGateway } from '../../kit/gateway.ts'

/** Looks like a request, and is a body. */
const TRAP = 'GET /open?trap HTTP/1.1\r\nHost: x\r\n\r\n'
const NEXT = 'GET /open?next HTTP/1.1\r\nHost: x\r\n\r\n'

/** Requests that are answered before their body was read, and with what. */
const EARLY: Record<string, { line: string; headers?: string; status: number }> = {
  'no token': { line: 'POST /things', status: 401 },
  'no such path': { line: 'POST /nothing', status: 404 },
  'no such method': { line: 'PUT /open', status: 405 },
  'a bad path': { line: 'POST /a//b', status: 400 },
  'a bad media type': { line: 'POST /open', headers: 'Content-Type: x\r\n', status: 415 },
}

function headOf({ line, headers = '' }: { line: string; headers?: string }, framing: string): string {
  return `${line} HTTP/1.1\r\nHost: x\r\n${headers}${framing}\r\n\r\n`
}

t.test(
  'a small body behind an early answer is read as a body, and the next request is answered',
  async (t) => {
    const upstream = await recordingUpstream(t)
    const gateway = await startGateway(t, { upstream: upstream.url })
    let seen = 0
    for (const [what, early] of Object.entries(EARLY)) {
      const client = await dialogue(t, gateway.port)
      client.say(headOf(early, `Content-Length: ${TRAP.length}`))
      await client.answers(1)
      client.say(TRAP.slice(0, 20))
      client.say(TRAP.slice(20))
      if (early.status === 415) {
        t.same(statusesIn(await client.closed()), [415], what)
        continue
      }
      client.say(NEXT)
      t.same(statusesIn(await client.answers(2)), [early.status, 200], what)
      t.equal(upstream.requests.length, ++seen)
      t.equal(upstream.requests.at(-1)?.url, '/open?next')
    }
  },
)

t.test('the same with body and next request in the very same packet', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const client = await dialogue(t, gateway.port)
  client.say(headOf({ line: 'POST /things' }, `Content-Length: ${TRAP.length}`) + TRAP + NEXT)
  t.same(statusesIn(await client.answers(2)), [401, 200])
  t.same(
    upstream.requests.map(({ url }) => url),
    ['/open?next'],
  )
})

t.test(
  'where an early answer leaves a chunked or a large body unread, the connection ends with it',
  async (t) => {
    const upstream = await recordingUpstream(t)
    const gateway = await startGateway(t, { upstream: upstream.url })
    const framings: Record<string, [string, string]> = {
      chunked: ['Transfer-Encoding: chunked', `${TRAP.length.toString(16)}\r\n${TRAP}\r\n0\r\n\r\n`],
      large: ['Content-Length: 65537', TRAP],
    }
    for (const [what, [framing, body]] of Object.entries(framings)) {
      // Each of the large ones keeps its client for a second, to be read.
      for (const early of Object.values(EARLY).slice(0, what === 'large' ? 1 : 9)) {
        const client = await dialogue(t, gateway.port)
        client.say(headOf(early, framing))
        await client.hear('connection: close')
        client.say(body)
        client.say(NEXT)
        t.same(statusesIn(await client.closed()), [early.status], `${what}, ${early.line}`)
      }
    }
    t.same(upstream.requests, [], 'neither the body nor what came behind it was taken for a request')
  },
)

t.test('a client that sends a large body to the end still gets to read its early answer', async (t) => {
  const gateway = await startGateway(t)
  const client = await dialogue(t, gateway.port)
  const size = 4 * 1024 * 1024
  client.say(headOf({ line: 'POST /things' }, `Content-Length: ${size}`))
  client.say('x'.repeat(size))
  t.match(await client.closed(), /^HTTP\/1\.1 401 [\s\S]*trace_id[\s\S]*\}$/)
})

t.test('the address guard answers a body it will not read like everybody else', async (t) => {
  const gateway = await startGateway(t, { env: { ADDRESS_LIMIT: '1' } })
  const client = await dialogue(t, gateway.port)
  client.say('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n')
  await client.answers(1)
  client.say(headOf({ line: 'POST /open' }, 'Transfer-Encoding: chunked'))
  client.say(`${TRAP.length.toString(16)}\r\n${TRAP}\r\n0\r\n\r\n${NEXT}`)
  t.same(statusesIn(await client.closed()), [200, 429])
})

t.test(
  'what comes behind a refusal that ends the connection is not served, and leaves its line',
  async (t) => {
    const upstream = await recordingUpstream(t)
    const gateway = await startGateway(t, { upstream: upstream.url })
    const client = await dialogue(t, gateway.port)
    client.say(`GET /open HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n${NEXT}`)
    t.same(statusesIn(await client.closed()), [400])
    await gateway.line(2)
    t.same(gateway.log.map(({ error }) => error).sort(), ['GW_CONNECTION_OVER', 'GW_HOST'])
    t.same(upstream.requests, [])
  },
)

t.test(
  'an answer of the service that came before the whole body does not shift the next request',
  async (t) => {
    const upstream = await recordingUpstream(t, (request, response) => {
      response.end(request.url)
    })
    const gateway = await startGateway(t, { upstream: upstream.url, env: { BODY_LIMIT: '3000000' } })
    const client = await dialogue(t, gateway.port)
    const body = TRAP.padEnd(2_000_000, 'x')
    client.say(headOf({ line: 'POST /open?early' }, `Content-Length: ${body.length}`))
    client.say(body)
    client.say(NEXT)
    const heard = await client.hear('/open?next')
    t.same(statusesIn(heard), [200, 200])
    t.match(heard, /\/open\?early[\s\S]*\/open\?next/)
  },
)

t.test(
  'what a client sends behind its own Connection: close is not served, and its answer arrives',
  async (t) => {
    const upstream = await recordingUpstream(t, (request, response) => {
      setTimeout(() => response.end(request.url), 20)
    })
    const gateway = await startGateway(t, { upstream: upstream.url })
    for (const behind of [NEXT, 'JUNK\r\n\r\n', '\0\0']) {
      for (const together of [true, false]) {
        const client = await dialogue(t, gateway.port)
        const request = 'GET /open?first HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
        client.say(together ? request + behind : request)
        if (!together) client.say(behind)
        const heard = await client.closed()
        t.same(statusesIn(heard), [200])
        t.match(heard, /\/open\?first$/)
      }
    }
    t.equal(upstream.requests.length, 6)
    t.ok(upstream.requests.every(({ url }) => url === '/open?first'))
  },
)
