import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'

/** How gateways tell each other; ids with milliseconds since the epoch. */
export interface UseExchange {
  publish(times: Readonly<Record<string, number>>): void
  /** What the other gateways published. */
  others(): Promise<readonly Readonly<Record<string, unknown>>[]>
}

export interface LastUsedOptions {
  /** File that keeps the times over a restart. */
  readonly path?: string
  readonly exchange?: UseExchange
  readonly warn: (reason: unknown) => void
}

/** When each key was last good for a call. Kept out of the journal: it changes with every call and decides nothing. */
export interface LastUsed {
  note(id: string, now: number): void
  of(id: string): number | null
  /** Reads what a run before left. */
  open(): Promise<void>
  /** Writes, publishes and hears the others now; otherwise it happens every ten seconds. */
  sync(): Promise<void>
  close(): Promise<void>
}

const EVERY_MS = 10_000
/** Each gateway tells the newest of its uses; what is quieter is in somebody's file. */
const PUBLISHED_MOST = 200
/** As many keys as a gateway may ever have. */
const KEPT_MOST = 20_000

/** Times of use in memory. `note` is called only with ids of keys we made, so it grows no further than they do. */
export function createLastUsed({ path, exchange, warn }: LastUsedOptions): LastUsed {
  const times = new Map<string, number>()
  let changed = false
  let writing: Promise<void> = Promise.resolve()
  const timer = setInterval(() => void sync(), EVERY_MS)
  timer.unref()

  function note(id: string, now: number): void {
    const known = times.get(id)
    if (known !== undefined && known >= now) return
    if (known === undefined && times.size >= KEPT_MOST) return
    times.set(id, now)
    changed = true
  }

  function merge(found: unknown): void {
    if (typeof found !== 'object' || found === null) return
    for (const [id, at] of Object.entries(found)) if (typeof at === 'number') note(id, at)
  }

  function sync(): Promise<void> {
    writing = writing.then(syncNow).catch(warn)
    return writing
  }

  async function syncNow(): Promise<void> {
    if (exchange !== undefined) {
      exchange.publish(Object.fromEntries(newest(times)))
      for (const other of await exchange.others()) merge(other)
    }
    if (!changed || path === undefined) return
    changed = false
    await mkdir(dirname(path), { recursive: true })
    await writeFile(`${path}.draft`, JSON.stringify(Object.fromEntries(times)), { mode: 0o600 })
    await rename(`${path}.draft`, path)
  }

  return {
    note,
    of: (id) => times.get(id) ?? null,
    sync,
    open: async () => {
      if (path === undefined) return
      try {
        merge(JSON.parse(await readFile(path, 'utf8')))
        changed = false
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') warn(error)
      }
    },
    close: async () => {
      clearInterval(timer)
      await sync()
    },
  }
}

function newest(times: ReadonlyMap<string, number>): [string, number][] {
  return [...times].sort(([, one], [, other]) => other - one).slice(0, PUBLISHED_MOST)
}
