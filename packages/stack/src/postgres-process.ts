import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Place } from './postgres-place.ts'
import { processStart } from './process-start.ts'

/** Nothing of our own environment reaches the server: PGDATA, PGOPTIONS and the like would change it silently. */
const CLEAN_ENVIRONMENT = { PATH: process.env.PATH ?? '', LC_ALL: 'C' }

/** Creates the cluster once: UTF-8, one order of text on every machine, password wanted from everybody. */
export function initCluster(
  place: Place,
  cluster: string,
  user: string,
  passwordFile: string,
  sync: boolean,
) {
  if (existsSync(join(cluster, 'PG_VERSION'))) return
  // Left by an attempt that was cut off; initdb wants an empty folder.
  rmSync(cluster, { recursive: true, force: true })
  const made = spawnSync(
    join(place.bin, 'initdb'),
    [
      `--pgdata=${cluster}`,
      `--username=${user}`,
      `--pwfile=${passwordFile}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      ...(sync ? [] : ['--no-sync']),
    ],
    { ...place.runAs, cwd: place.folder, env: CLEAN_ENVIRONMENT, encoding: 'utf8' },
  )
  if (made.status === 0) return
  rmSync(cluster, { recursive: true, force: true })
  throw new Error(
    `PostgreSQL's initdb failed: ${lastLine(made.stderr) ?? made.error?.message ?? made.signal}`,
  )
}

/** A running server process; `said` is what it logged since its start. */
export interface Server {
  readonly child: ChildProcess
  readonly exited: Promise<number | null>
  said(): string
}

/** Starts the server in a session of its own, so that a Ctrl-C meant for us does not reach it before its clients. */
export function spawnServer(place: Place, cluster: string, port: number, options: readonly string[]): Server {
  const logFile = join(place.folder, 'server.log')
  const begin = existsSync(logFile) ? statSync(logFile).size : 0
  const output = openSync(logFile, 'a', 0o600)
  const child = spawn(
    join(place.bin, 'postgres'),
    ['-D', cluster, '-p', String(port), ...options.flatMap((option) => ['-c', option])],
    {
      ...place.runAs,
      cwd: place.folder,
      env: CLEAN_ENVIRONMENT,
      detached: true,
      stdio: ['ignore', output, output],
    },
  )
  closeSync(output)
  child.unref()
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', resolve)
    child.once('error', () => resolve(null))
  })
  return { child, exited, said: () => readFileSync(logFile).subarray(begin).toString('utf8') }
}

/** The process that serves this cluster now, whoever started it. A pid file left by a dead one does not count. */
export function livingServer(cluster: string): number | undefined {
  const pidFile = join(cluster, 'postmaster.pid')
  if (!existsSync(pidFile)) return undefined
  const pid = Number.parseInt(readFileSync(pidFile, 'utf8'), 10)
  return commandLine(pid).includes(cluster) ? pid : undefined
}

/**
 * Removes the pid file of a server that no longer runs. PostgreSQL does that itself, unless the number meanwhile
 * belongs to another process of the same user: then it would refuse to start for ever.
 */
export function forgetDeadServer(cluster: string): void {
  if (livingServer(cluster) === undefined) rmSync(join(cluster, 'postmaster.pid'), { force: true })
}

/** Stops a server this process started and waits until it is reaped: afterwards its number is nobody's. */
export async function stopServer(server: Server): Promise<void> {
  const { pid } = server.child
  if (pid === undefined) return
  server.child.ref()
  await stopProcess(pid)
  await server.exited
}

/** Fast shutdown: open transactions roll back, data is written. After 30 s the hard way, which loses nothing either. */
export async function stopProcess(pid: number): Promise<void> {
  const started = processStart(pid)
  const runs = () => started !== undefined && processStart(pid) === started
  for (const [signal, patience] of [
    ['SIGINT', 30_000],
    ['SIGQUIT', 5_000],
    ['SIGKILL', 5_000],
  ] as const) {
    if (!runs()) return
    try {
      process.kill(pid, signal)
    } catch {
      return
    }
    for (const end = Date.now() + patience; runs() && Date.now() < end; ) await delay(20)
  }
}

/** The last line a log holds, without time and process number. */
export function lastLine(log: string): string | undefined {
  const lines = log.split('\n').filter((line) => /\S/.test(line))
  const fatal = lines.findLast((line) => /\b(FATAL|PANIC|error):/.test(line)) ?? lines.at(-1)
  return fatal?.replace(/^[-\d]+ [:.\d]+ \w+ \[\d+\] /, '')
}

function commandLine(pid: number): string {
  if (!(pid > 0)) return ''
  if (process.platform === 'linux') {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
    } catch {
      return ''
    }
  }
  return spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? ''
}
