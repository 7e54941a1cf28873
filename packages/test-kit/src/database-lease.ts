import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, openSync, readFileSync, statSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export interface DatabaseLease {
  /** Administrator's URL of the shared server. */
  readonly url: string
  /** The process that keeps it. */
  readonly keeper: number
  /** Gives the lease back; when nobody else holds one, resolves after the server is gone. */
  release(): Promise<void>
}

const KEEPER = fileURLToPath(new URL('./database-keeper.ts', import.meta.url))
const PATIENCE = 90_000

/**
 * The one test server of this machine, user and checkout, started when nobody has. A lease is an open connection
 * to its keeper: it ends with the process, however that ends, and does not hold the process back.
 */
export async function leaseDatabaseServer(folder = sharedFolder()): Promise<DatabaseLease> {
  let keeper: StartedKeeper | undefined
  for (const deadline = Date.now() + PATIENCE; ; ) {
    const lease = await askKeeper(join(folder, 'keeper'))
    if (lease) {
      // Of several started at once one came first; ours is not to wait until it could be next.
      if (keeper?.running && keeper.pid !== lease.keeper) process.kill(keeper.pid)
      return lease
    }
    if (Date.now() > deadline)
      throw new Error(`no test database after ${PATIENCE / 1000} s${keeperLog(folder)}`)
    if (!keeper?.running) keeper = startKeeper(folder)
    await delay(50)
  }
}

/** Below the temporary folder, closed to other users; one for each checkout, so that two never share code. */
function sharedFolder(): string {
  const checkout = createHash('sha256')
    .update(import.meta.dirname)
    .digest('hex')
    .slice(0, 8)
  const uid = process.getuid?.() ?? 0
  const folder = join(tmpdir(), `stockgate-test-${uid}-${checkout}`)
  // Others may pass through (the server's own user must) but not look.
  mkdirSync(folder, { recursive: true, mode: 0o711 })
  if (statSync(folder).uid !== uid) throw new Error(`${folder} belongs to another user; delete it`)
  return folder
}

/** Undefined when nobody answers or the keeper is just leaving. Throws what the keeper says is wrong. */
async function askKeeper(path: string): Promise<DatabaseLease | undefined> {
  const socket = connect(path)
  let said = ''
  socket.on('data', (text) => {
    said += text
  })
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  socket.on('error', () => {})
  while (!said.includes('\n') && !socket.destroyed)
    await Promise.race([once(socket, 'data'), closed]).catch(() => {})
  if (!said.includes('\n')) return undefined
  const word = JSON.parse(said) as { url?: string; keeper: number; error?: string }
  if (word.url === undefined) throw new Error(`the test database did not start: ${word.error}`)
  socket.unref()
  return { url: word.url, keeper: word.keeper, release: () => release(socket, closed) }
}

function release(socket: Socket, closed: Promise<void>): Promise<void> {
  socket.ref()
  socket.end('done\n')
  return closed
}

interface StartedKeeper {
  readonly pid: number
  running: boolean
}

/** The keeper leads a session of its own: a Ctrl-C must not take the server from under running tests. */
function startKeeper(folder: string): StartedKeeper {
  const log = openSync(join(folder, 'keeper.log'), 'a', 0o600)
  const child = spawn(process.execPath, [KEEPER, folder], { detached: true, stdio: ['ignore', log, log] })
  const keeper = { pid: child.pid ?? 0, running: child.pid !== undefined }
  const end = () => {
    keeper.running = false
  }
  child.once('exit', end).once('error', end)
  child.unref()
  return keeper
}

function keeperLog(folder: string): string {
  try {
    return `: ${readFileSync(join(folder, 'keeper.log'), 'utf8').slice(-500)}`
  } catch {
    return ''
  }
}
