import { execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync } from 'node:fs'
import { delimiter, dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { TestScope } from '@stockgate/test-kit'
import { giveTo, type Image, inside } from './image.ts'

const run = promisify(execFile)
const NOBODY = 65_534

/** A process started from a laid-out image. */
export interface Contained {
  /** Resolves once the image's own HEALTHCHECK succeeds; rejects with the log when the process ends first. */
  healthy(): Promise<void>
  /** Resolves once this address answers 200: alive is not yet ready, which needs keys and databases of others. */
  ready(url: string): Promise<void>
  /** SIGTERM, as `docker stop` sends it; gives the exit code. */
  stop(): Promise<number | null>
  log(): string
}

/**
 * Starts an image's CMD with its ENV and the given environment and nothing of ours. Values that name a place of the
 * image are moved below its root. As root it runs as a user without rights, as the image would.
 */
export function startImage(
  t: TestScope,
  image: Image,
  environment: Readonly<Record<string, string>>,
): Contained {
  const own = Object.entries(image.environment).map(([name, value]) => [
    name,
    value.startsWith('/') ? inside(image.root, value) : value,
  ])
  const env = {
    PATH: [dirname(process.execPath), '/usr/bin', '/bin'].join(delimiter),
    ...Object.fromEntries(own),
    ...environment,
  }
  const options = { cwd: inside(image.root, image.workdir), ...unprivileged(image) }
  const child = spawn('env', bare(env, image.command), { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      log += text
    })
  }
  let ended = false
  const exited = once(child, 'close').then(([code]) => {
    ended = true
    return code as number | null
  })
  const stop = () => {
    child.kill('SIGTERM')
    return exited
  }
  t.teardown(() => {
    child.kill('SIGKILL')
    return exited
  })

  const until = async (what: string, probe: () => Promise<boolean>) => {
    for (const deadline = Date.now() + 60_000; ; ) {
      if (ended) throw new Error(`${image.command.join(' ')} ended:\n${log}`)
      if (await probe().catch(() => false)) return
      if (Date.now() > deadline)
        throw new Error(`${image.command.join(' ')} is not ${what} after 60 s:\n${log}`)
      await delay(250)
    }
  }
  const healthy = () =>
    until('healthy', async () => {
      await run('env', bare(env, image.healthcheck), { ...options, timeout: 5_000 })
      return true
    })
  const ready = (url: string) =>
    until('ready', async () => (await fetch(url, { signal: AbortSignal.timeout(5_000) })).ok)
  return { healthy, ready, stop, log: () => log }
}

/** A command under `env -i`: a test runner adds to the environment of every child, and the images have no such thing. */
function bare(env: Readonly<Record<string, string>>, command: readonly string[]): string[] {
  return ['-i', ...Object.entries(env).map(([name, value]) => `${name}=${value}`), ...command]
}

/** Nobody's rights where we are root, provided that Node's program is open to others. */
function unprivileged(image: Image): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0 || image.user === undefined) return {}
  const user = { uid: NOBODY, gid: NOBODY }
  if (spawnSync(process.execPath, ['--version'], { ...user, cwd: '/' }).status !== 0) return {}
  chmodSync(dirname(image.root), 0o755)
  giveTo(image, NOBODY, NOBODY)
  return user
}
