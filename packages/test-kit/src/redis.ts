import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '@stockgate/stack/free-port'
import { processStart } from '@stockgate/stack/process-start'
import { findProgram } from './find-program.ts'
import type { TestScope } from './scope.ts'

export interface TestRedis {
  readonly url: string
  readonly port: number
  /** Of redis-server itself: stop it with SIGSTOP to see it frozen. */
  readonly pid: number
  /** Kills it at once; the test's end does it too. */
  stop(): Promise<void>
}

/**
 * A shell between us and the server: it tells the server's number and, when our end of its input closes (which
 * even a killed test process does), takes the server down and its folder with it.
 */
const GUARD = `folder=$1; shift; "$@" </dev/null & pid=$!
echo $pid; read _; kill -KILL $pid 2>/dev/null; wait; rm -rf "$folder"`

/** A redis-server of its own on a free loopback port (or `port`, to come back at the same place), storing nothing. */
export async function startRedis(t: TestScope, { port }: { port?: number } = {}): Promise<TestRedis> {
  const program = findProgram('redis-server')
  if (!program)
    throw new Error(
      'redis-server is not on PATH: `pnpm test` installs it where it can, or install Redis yourself',
    )
  for (let attempt = 1; ; attempt++) {
    const chosen = port ?? (await freePort())
    const redis = await launch(program, chosen)
    t.teardown(redis.stop)
    if (await answersItself(redis)) return redis
    const log = existsSync(redis.log) ? readFileSync(redis.log, 'utf8') : 'it left no word'
    await redis.stop()
    // Somebody else may have taken the free port in between.
    if (port !== undefined || attempt === 5)
      throw new Error(`redis-server on port ${chosen} did not start: ${log}`)
  }
}

async function launch(program: string, port: number): Promise<TestRedis & { log: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'stockgate-redis-'))
  const log = join(folder, 'log')
  const settings = {
    port,
    bind: '127.0.0.1',
    dir: folder,
    logfile: log,
    save: '',
    appendonly: 'no',
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)])
  const guard = spawn('/bin/sh', ['-c', GUARD, 'sh', folder, program, ...flags], {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const [line] = await once(guard.stdout, 'data')
  const exited = once(guard, 'exit')
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    pid: Number(String(line).trim()),
    log,
    stop: async () => {
      guard.stdin.destroy()
      await exited
    },
  }
}

/** True once the server behind the port is ours: somebody else's on the same port would answer too. */
async function answersItself({ port, pid }: TestRedis): Promise<boolean> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline && processStart(pid); await delay(10)) {
    if ((await askInfo(port)).includes(`process_id:${pid}\r`)) return true
  }
  return false
}

function askInfo(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('INFO server\r\n'))
    socket.once('data', (answer) => {
      resolve(String(answer))
      socket.destroy()
    })
    socket.once('error', () => resolve(''))
    socket.once('close', () => resolve(''))
  })
}
