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
/** The turn of each. */
const open: Record<Kind, Map<Socket, number>> = { headers: new Map(), body: new Map(), read: new Map() }
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
  open[kind].set(socket, turn % TURNS)
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

/** So many new ones in a second: a flood of connections, or of megabytes, is another attack than slowness. */
const BEGIN_PER_SECOND: Record<Kind, number> = { headers: 200, body: 200, read: 25 }
/** Each connection has its turn once a second, all of them spread over it as clients that know nothing of each other. */
const TURNS = 50
let turn = 0

setInterval(() => {
  turn++
  for (const kind of kinds) {
    for (const [socket, ofTurn] of open[kind]) {
      if (ofTurn !== turn % TURNS) continue
      socket.write(MORE[kind])
      if (kind === 'read') socket.read(256)
    }
    const perTurn = BEGIN_PER_SECOND[kind] / TURNS
    const most = Math.floor(turn * perTurn) - Math.floor((turn - 1) * perTurn)
    for (let n = 0; attacking && open[kind].size < wanted[kind] && n < most; n++) begin(kind)
  }
}, 1_000 / TURNS)

parentPort?.on('message', (what: 'begin' | 'end' | 'tell') => {
  if (what === 'begin') attacking = true
  if (what === 'end') {
    attacking = false
    for (const kind of kinds) for (const socket of open[kind].keys()) socket.destroy()
  }
  if (what !== 'tell') return
  const counts = { headers: open.headers.size, body: open.body.size, read: open.read.size }
  parentPort?.postMessage({ open: counts, cutAfter, refused } satisfies Seen)
  cutAfter = { headers: [], body: [], read: [] }
})
