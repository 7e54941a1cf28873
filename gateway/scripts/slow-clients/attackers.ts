// Slow clients, in a thread of their own. Each that is cut comes back at once.
import { connect, type Socket } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'

export type Kind = 'headers' | 'body' | 'read'
export interface Seen {
  readonly open: Record<Kind, number>
  /** Milliseconds each connection had lasted when it was cut, since the last asking. */
  readonly cutAfter: Record<Kind, number[]>
  readonly refused: number
}

const { port, wanted } = workerData as { port: number; wanted: Record<Kind, number> }
const kinds = Object.keys(wanted) as Kind[]
const open: Record<Kind, Set<Socket>> = { headers: new Set(), body: new Set(), read: new Set() }
let cutAfter: Record<Kind, number[]> = { headers: [], body: [], read: [] }
let refused = 0
let attacking = false

const FIRST: Record<Kind, string> = {
  headers: 'GET /small HTTP/1.1\r\nHost: 127.0.0.1\r\n',
  body: 'POST /small HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{',
  read: 'GET /large HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
}
/** Sent every second. An empty line behind a request is ignored, but tells a reader that it was cut. */
const MORE: Record<Kind, string> = { headers: 'X-Slow: 1\r\n', body: '"slow" ', read: '\r\n' }

function begin(kind: Kind): void {
  const socket = connect({ port, host: '127.0.0.1' })
  let connectedAt = 0
  open[kind].add(socket)
  socket.on('error', () => {})
  socket.once('connect', () => {
    connectedAt = performance.now()
    socket.write(FIRST[kind])
    // A slow reader takes a kilobyte now and then; what others are told they need not read.
    if (kind === 'read') socket.pause()
    else socket.resume()
  })
  socket.once('close', () => {
    open[kind].delete(socket)
    if (!attacking) return
    if (connectedAt === 0) refused++
    else cutAfter[kind].push(performance.now() - connectedAt)
  })
}

setInterval(() => {
  for (const kind of kinds) {
    for (const socket of open[kind]) {
      socket.write(MORE[kind])
      if (kind === 'read') socket.read(256)
    }
    // So many new ones in a second: a flood of connections, or of megabytes, is another attack than slowness.
    const most = kind === 'read' ? 25 : 200
    for (let n = 0; attacking && open[kind].size < wanted[kind] && n < most; n++) begin(kind)
  }
}, 1_000)

parentPort?.on('message', (what: 'begin' | 'end' | 'tell') => {
  if (what === 'begin') attacking = true
  if (what === 'end') {
    attacking = false
    for (const kind of kinds) for (const socket of open[kind]) socket.destroy()
  }
  if (what !== 'tell') return
  const counts = { headers: open.headers.size, body: open.body.size, read: open.read.size }
  parentPort?.postMessage({ open: counts, cutAfter, refused } satisfies Seen)
  cutAfter = { headers: [], body: [], read: [] }
})
