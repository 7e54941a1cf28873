import { createServer, type Socket } from 'node:net'
import type { TestScope } from '@stockgate/test-kit'
import t from 'tap'
import { call } from '../../kit/call.ts'
import { dialogue } from '../../kit/dialogue.ts'
import { startGateway } from '../../kit/gateway.ts'
import { tcpUpstream } from '../../kit/tcp-upstream.ts'
import { until } from '../../kit/until.ts'

/** A service whose answers come in the parts a test sends. */
async function inParts(t: TestScope): Promise<{ url: string; calls: Socket[] }> {
  const calls: Socket[] = []
  const server = createServer((socket) => {
    socket.on('error', () => {}).on('data', () => calls.push(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    for (const socket of calls) socket.destroy()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}`, calls }
}

const head = (length: number, type = 'Content-Type: text/plain\r\n') =>
  `HTTP/1.1 200 OK\r\n${type}Content-Length: ${length}\r\n\r\n`
const GET = 'GET /open HTTP/1.1\r\nHost: api.test\r\n\r\n'

for (const size of [0, 1, 65_000, 65_536, 65_537, 1_000_000])
  t.test(`an answer of ${size} bytes in one packet arrives as it was sent`, async (t) => {
    const body = 'abcdefghij'.repeat(Math.ceil(size / 10)).slice(0, size)
    const upstream = await tcpUpstream(t, head(size) + body)
    const gateway = await startGateway(t, { upstream: upstream.url })
    for (let again = 0; again < 3; again++) {
      const answer = await call(gateway.url, '/open')
      t.equal(answer.status, 200)
      t.equal(answer.headers['content-length'], String(size))
      t.equal(answer.headers['content-type'], 'text/plain')
      t.ok(answer.text === body)
    }
    t.match(await gateway.line(3), { status: 200, error: null })
  })

t.test('an answer gets no type that its service did not give it', async (t) => {
  const upstream = await tcpUpstream(t, `${head(2, '')}ok`)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const answer = await call(gateway.url, '/open')
  t.equal(answer.text, 'ok')
  t.notOk('content-type' in answer.headers)
})

t.test('the first part of a small answer does not wait for the rest', async (t) => {
  const upstream = await inParts(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const client = await dialogue(t, gateway.port)
  client.say(GET)
  await until(() => upstream.calls.length === 1, 'the service was called')
  const [service] = upstream.calls as [Socket]
  service.write(`${head(10)}first`)
  await client.hear('first')
  service.write('-rest')
  t.match(await client.hear('-rest'), /^HTTP\/1\.1 200 OK\r\n/)
})

t.test('a small answer that breaks off after its first part is never a whole one', async (t) => {
  const upstream = await inParts(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  const client = await dialogue(t, gateway.port)
  client.say(GET)
  await until(() => upstream.calls.length === 1, 'the service was called')
  upstream.calls[0]?.write(`${head(10)}first`)
  await client.hear('first')
  upstream.calls[0]?.destroy()
  t.match(await client.closed(), /Content-Length: 10\r\n[\s\S]*\r\n\r\nfirst$/i)
  t.match(await gateway.line(), { error: 'GW_UPSTREAM_CUT' })
})

t.test('a small answer that breaks off at once is never a whole one either', async (t) => {
  const upstream = await tcpUpstream(t, `${head(10)}five.`, (socket) => socket.destroy())
  const gateway = await startGateway(t, { upstream: upstream.url })
  const client = await dialogue(t, gateway.port)
  client.say(GET)
  // Whether its first part went out before it broke is a matter of time; a whole answer it is in no case.
  await until(() => gateway.log.some(({ error }) => error === 'GW_UPSTREAM_CUT'), 'the cut is logged')
  t.notMatch(client.heard(), /HTTP\/1\.1 200[\s\S]*\r\n\r\n.{10}/)
})

t.test('no byte in a value of a service is one that Node would refuse to send on', async (t) => {
  const upstream = await inParts(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  for (let byte = 0; byte <= 0xff; byte++) {
    if (byte === 0x0a || byte === 0x0d) continue
    const value = `a${String.fromCharCode(byte)}b`
    const count = upstream.calls.length
    const answering = call(gateway.url, '/open')
    await until(() => upstream.calls.length > count, 'the service was called')
    upstream.calls.at(-1)?.write(`${head(2, `Content-Type: a/b\r\nX-Mine: ${value}\r\n`)}ok`, 'latin1')
    const { status, headers } = await answering
    const refused = (byte < 0x20 && byte !== 0x09) || byte === 0x7f
    t.equal(status, refused ? 502 : 200, `byte ${byte}`)
    t.equal(headers['x-mine'], refused ? undefined : value)
  }
})
