import { join } from 'node:path'
import type { Child } from './child.ts'
import { openDatabases } from './databases.ts'
import { stockgateHome, writeRunning } from './home.ts'
import { createLauncher } from './launch.ts'
import { ownHome } from './own-home.ts'
import { gateway, services } from './parts.ts'
import { prepare } from './prepare.ts'
import { abortable, untilServing } from './readiness.ts'
import { PROBE_CLIENT, shareCredentials } from './secrets.ts'
import type { Settings } from './settings.ts'

/** Everything on one machine: PostgreSQL, the services, the gateway. */
export interface Stack {
  /** Starts it all; fulfilled with the gateway's address once requests succeed. After a rejection call `stop`. */
  start(): Promise<string>
  /** Rejects when something ended that cannot be started again. */
  readonly lost: Promise<never>
  /** Ends everything in order, however far it came: the gateway drains first, the database goes last. */
  stop(): Promise<void>
  /** Ends the processes at once; `stop` still ends the database. */
  kill(): void
}

/** A start that takes longer has failed, even if nobody says so. */
const LONGEST_START_MS = 120_000
/** What is waited for longer than this is named. */
const UNNAMED_MS = 3_000

export function createStack(settings: Settings, say: (line: string) => void): Stack {
  const home = stockgateHome({ STOCKGATE_HOME: settings.STOCKGATE_HOME })
  const halt = new AbortController()
  const lost = Promise.withResolvers<never>()
  lost.promise.catch(() => {})
  const failed = (reason: string): void => lost.reject(new Error(reason))
  const children: Child[] = []
  /** What to end after the processes, last begun first. */
  const endings: (() => unknown)[] = []
  let starting: Promise<string> | undefined

  async function start(): Promise<string> {
    const owned = ownHome(home)
    endings.push(() => owned.release())
    const { places, postgresPort } = await prepare(settings, home, say)
    halt.signal.throwIfAborted()

    const launch = createLauncher(home, say, failed)
    const early = services.filter(({ database }) => !database)
    const late = services.filter(({ database }) => database)
    const { DATABASE_URL } = settings
    say(
      DATABASE_URL ? `using PostgreSQL at ${DATABASE_URL.host}` : `starting PostgreSQL, its data in ${home}`,
    )
    for (const part of [...early, gateway]) children.push(launch(part, places))
    const databases = await openDatabases({
      home,
      url: DATABASE_URL,
      port: postgresPort,
      services: late.map(({ name }) => name),
      say,
      failed,
    })
    endings.push(() => databases.stop())
    halt.signal.throwIfAborted()
    say(
      `starting ${[...services, gateway].map(({ name }) => name).join(', ')}, their logs in ${join(home, 'logs')}`,
    )
    for (const part of late) children.push(launch(part, { ...places, databases: databases.urls }))
    const clientSecret = shareCredentials(home)
    await untilReady(places.gateway, clientSecret)

    writeRunning(home, {
      pid: process.pid,
      gateway: places.gateway,
      admin: `http://127.0.0.1:${places.adminPort}`,
    })
    endings.push(() => writeRunning(home, undefined))
    return places.gateway
  }

  async function untilReady(address: string, clientSecret: string): Promise<void> {
    let awaited = ''
    const waiting = (what: string): void => {
      if (what !== awaited) say(`waiting for ${what}`)
      awaited = what
    }
    const late = setTimeout(
      () =>
        failed(
          `still waiting for ${awaited} after ${LONGEST_START_MS / 1000} s; see the logs in ${home}/logs`,
        ),
      LONGEST_START_MS,
    )
    try {
      const pending = new Set(children.map(({ name }) => name))
      const naming = setInterval(() => waiting([...pending].join(', ')), UNNAMED_MS)
      const ready = Promise.all(children.map((child) => child.ready.then(() => pending.delete(child.name))))
      await abortable(ready, halt.signal).finally(() => clearInterval(naming))
      await untilServing({
        gateway: address,
        clientId: PROBE_CLIENT,
        clientSecret,
        paths: services.flatMap(({ probe }) => probe ?? []),
        signal: halt.signal,
        waiting,
      })
    } finally {
      clearTimeout(late)
    }
  }

  return {
    lost: lost.promise,
    start: () => {
      starting = start()
      return Promise.race([starting, lost.promise])
    },
    stop: async () => {
      halt.abort()
      await starting?.catch(() => {})
      const order = [gateway, ...services].map(({ name }) => name)
      children.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name))
      for (const child of children) await child.stop()
      for (const end of endings.splice(0).reverse()) await end()
    },
    kill: () => {
      for (const child of children) child.kill()
    },
  }
}
