import { once } from 'node:events'
import { connect, type TLSSocket } from 'node:tls'
import type { TestScope } from '@stockgate/test-kit'
import type { Authority } from './authority.ts'

export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const
export const END_STREAM = 0x1
export const END_HEADERS = 0x4

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'

/** A connection on which any frame can be sent, in any order and number. */
export interface FrameClient {
  readonly socket: TLSSocket
  send(...frames: Buffer[]): void
  /** Frames that came back, as type and stream. */
  readonly received: { type: number; flags: number; stream: number; payload: Buffer }[]
  /** Resolves when the other side has ended the connection. */
  readonly closed: Promise<void>
}

export function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Buffer = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(9)
  head.writeUIntBE(payload.length, 0, 3)
  head[3] = type
  head[4] = flags
  head.writeUInt32BE(stream, 5)
  return Buffer.concat([head, payload])
}

/** A header block of literals, nothing compressed and nothing remembered. */
export function fields(pairs: Readonly<Record<string, string>>): Buffer {
  const parts: Buffer[] = []
  for (const [name, value] of Object.entries(pairs)) parts.push(Buffer.from([0]), text(name), text(value))
  return Buffer.concat(parts)
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'latin1')
  // RFC 7541 §5.1: lengths from 127 go on in further bytes.
  const size = [Math.min(bytes.length, 127)]
  for (let rest = bytes.length - 127; rest >= 0; rest >>= 7) {
    size.push(rest > 127 ? (rest & 127) | 128 : rest)
    if (rest <= 127) break
  }
  return Buffer.concat([Buffer.from(size), bytes])
}

export function get(path: string, more: Readonly<Record<string, string>> = {}): Buffer {
  return fields({ ':method': 'GET', ':scheme': 'https', ':path': path, ':authority': 'localhost', ...more })
}

/** Opens HTTP/2 by hand: preface and an empty SETTINGS frame, nothing else by itself. */
export async function frameClient(t: TestScope, port: number, authority: Authority): Promise<FrameClient> {
  const socket = connect({
    host: '127.0.0.1',
    port,
    servername: 'localhost',
    ca: authority.cert,
    ALPNProtocols: ['h2'],
  })
  t.teardown(() => socket.destroy())
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await once(socket, 'secureConnect')
  socket.on('error', () => {})
  const received: FrameClient['received'] = []
  let rest = Buffer.alloc(0)
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    while (rest.length >= 9) {
      const size = rest.readUIntBE(0, 3)
      if (rest.length < 9 + size) break
      const stream = rest.readUInt32BE(5) & 0x7fffffff
      received.push({
        type: rest[3] as number,
        flags: rest[4] as number,
        stream,
        payload: rest.subarray(9, 9 + size),
      })
      rest = rest.subarray(9 + size)
    }
  })
  socket.write(PREFACE)
  socket.write(frame(FRAME.settings, 0, 0))
  return {
    socket,
    received,
    closed,
    send: (...frames) => {
      if (socket.writable) socket.write(Buffer.concat(frames))
    },
  }
}
