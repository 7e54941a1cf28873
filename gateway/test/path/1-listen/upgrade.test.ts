import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { dialogue, statusesIn } from '../../kit/dialogue.ts'
import { startGateway } from '../../kit/gateway.ts'
import { tcpUpstream } from '../../kit/tcp-upstream.ts'

const WEBSOCKET = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n'
const UPGRADES: Record<string, { upgrade: string; more?: string; behind: string }> = {
  websocket: { upgrade: 'websocket', more: WEBSOCKET, behind: '\x81\x85\0\0\0\0hello' },
  h2c: {
    upgrade: 'h2c',
    more: 'HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n',
    behind: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0',
  },
  junk: { upgrade: 'junk/9', behind: 'JUNK\r\n\r\n' },
  'TLS within': { upgrade: 'TLS/1.0', behind: '\x16\x03\x01\0\x05hello' },
}

function ask({ upgrade, more = '' }: { upgrade: string; more?: string }, line = 'GET /open'): string {
  return `${line} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: ${upgrade}\r\n${more}\r\n`
}

t.test('an upgrade is not followed: answered as if not asked, and the connection ends', async (t) => {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  for (const [what, one] of Object.entries(UPGRADES)) {
    const client = await dialogue(t, gateway.port)
    client.say(ask(one))
    const heard = await client.closed()
    t.same(statusesIn(heard), [200], what)
    t.match(heard, /\r\nconnection: close\r\n/)
    const { headers } = upstream.requests.at(-1) ?? {}
    t.equal(headers?.upgrade, undefined)
    t.equal(headers?.['http2-settings'], undefined)
    t.notMatch(headers?.connection, /upgrade/i)
  }
})

t.test('bytes behind an upgrade go nowhere, be they of another protocol or a request', async (t) => {
  const request = 'GET /open?smuggled HTTP/1.1\r\nHost: x\r\n\r\n'
  const upstream = await tcpUpstream(t, 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
  const gateway = await startGateway(t, { upstream: upstream.url })
  let count = 0
  for (const [what, one] of Object.entries({ ...UPGRADES, request: { upgrade: 'x', behind: request } })) {
    for (const line of ['GET /open', 'POST /open']) {
      for (const together of [true, false]) {
        const client = await dialogue(t, gateway.port)
        client.say(ask(one, line) + (together ? one.behind : ''))
        if (!together) {
          await client.answers(1)
          client.say(one.behind)
        }
        t.same(statusesIn(await client.closed()), [200], `${what} ${line}`)
        t.equal(upstream.requests.length, ++count)
        t.notMatch(upstream.requests.at(-1), /smuggled|hello|JUNK|SM/)
      }
    }
  }
})

t.test('a service that switches protocols unasked gets no tunnel either', async (t) => {
  const upstream = await tcpUpstream(
    t,
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x05hello',
  )
  const gateway = await startGateway(t, { upstream: upstream.url })
  const client = await dialogue(t, gateway.port)
  client.say(ask({ upgrade: 'websocket', more: WEBSOCKET }))
  const heard = await client.answers(1)
  t.same(statusesIn(heard), [502])
  t.notMatch(heard, /hello/)
})
