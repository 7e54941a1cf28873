// Run as a process: keeps the shared test server while somebody holds a connection to us, then takes it down.
import { rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { claimFolder, startPostgres } from '@stockgate/stack/postgres'

const FIRST_LEASE_WITHIN = 10_000
/** Kept a moment for the next file of somebody who runs one after the other. */
const LINGER = 2_000

const folder = process.argv[2] ?? '.'

try {
  claimFolder(folder)
} catch {
  process.exit(0) // Another keeper is there, or just leaving: the one who asks will ask again.
}

const dataDir = join(folder, 'postgres')
const socketPath = join(folder, 'keeper')
const start = () =>
  startPostgres({ dataDir, durable: false, log: (line) => process.stdout.write(`${line}\n`) })
const starting = start().catch(() => {
  // What a killed keeper left may be broken, for nothing there was forced to disk.
  rmSync(dataDir, { recursive: true, force: true })
  return start()
})

const leases = new Set<Socket>()
let timer: NodeJS.Timeout | undefined
let leaving = false

const server = createServer({ allowHalfOpen: true }, async (socket) => {
  if (leaving) return socket.destroy()
  leases.add(socket)
  clearTimeout(timer)
  let done = false
  socket.on('error', () => {})
  socket.on('data', () => {
    done = true
  })
  socket.on('close', () => leases.delete(socket))
  socket.on('end', () => {
    leases.delete(socket)
    // With "done" the holder waits for the end of the connection, and that says the server is gone.
    if (done && leases.size === 0) void leave()
    else socket.end()
  })
  socket.on('close', () => {
    if (leases.size === 0) leaveIn(LINGER)
  })
  const word = await starting.then(
    ({ url }) => ({ url, keeper: process.pid }),
    (error) => ({ error: String(error.message) }),
  )
  socket.write(`${JSON.stringify(word)}\n`)
})

rmSync(socketPath, { force: true })
server.listen(socketPath)
leaveIn(FIRST_LEASE_WITHIN)
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void leave())

function leaveIn(milliseconds: number): void {
  clearTimeout(timer)
  timer = setTimeout(() => void leave(), milliseconds)
}

async function leave(): Promise<void> {
  if (leaving) return
  leaving = true
  server.close()
  const postgres = await starting.catch(() => undefined)
  await postgres?.stop()
  for (const path of [postgres?.folder ?? dataDir, dataDir, join(folder, 'keeper.log')])
    rmSync(path, { recursive: true, force: true })
  process.exit(0)
}
