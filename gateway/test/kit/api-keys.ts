import { Writable } from 'node:stream'
import type { TestScope } from '@stockgate/test-kit'
import { type Logger, pino } from 'pino'
import { type Journal, openJournal } from '../../src/journal/index.ts'
import { type ApiKeys, type KeyEvent, openApiKeys, type UseExchange } from '../../src/keys/index.ts'
import { openConnections } from '../../src/redis/index.ts'
import { folderOf } from './folder.ts'

export const PEPPER = 'pepper of the tests, long enough to be one'

export interface TestKeysOptions {
  /** The state folder; a fresh one by default. */
  readonly folder?: string
  /** Shared with other gateways through this Redis. */
  readonly redisUrl?: string
  readonly pepper?: string | undefined
  readonly exchange?: UseExchange
  readonly clock?: () => number
}

export interface TestKeys {
  readonly keys: ApiKeys
  readonly journal: Journal<KeyEvent>
  readonly folder: string
  readonly logger: Logger
  /** Its lines. */
  readonly log: readonly Record<string, unknown>[]
  /** Ends it before the test does, as a gateway that stops. */
  close(): Promise<void>
}

/** API keys over a real journal: a file of their own, and a Redis where one is given. */
export async function openTestKeys(t: TestScope, options: TestKeysOptions = {}): Promise<TestKeys> {
  const { folder = folderOf(t, {}), redisUrl, exchange, clock = Date.now } = options
  const lines: Record<string, unknown>[] = []
  const output = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(JSON.parse(String(chunk)))
      done()
    },
  })
  const log = pino({ level: 'debug', base: null }, output)
  const redis = redisUrl === undefined ? undefined : await openConnections(redisUrl, { required: false })
  const journal = await openJournal<KeyEvent>({ name: 'keys', folder, log, ...(redis && { redis }) })
  const pepper = 'pepper' in options ? options.pepper : PEPPER
  const keys = await openApiKeys({
    journal,
    pepper,
    state: folder,
    clock,
    log,
    ...(exchange && { exchange }),
  })
  let closed: Promise<void> | undefined
  const end = async (): Promise<void> => {
    await keys.close()
    await journal.close()
    redis?.close()
  }
  const close = (): Promise<void> => {
    closed ??= end()
    return closed
  }
  t.teardown(close)
  return { keys, journal, folder, logger: log, log: lines, close }
}

/** What most tests ask for. */
export const WISH = { name: 'test', client: 'acme', sub: 'acme', scopes: ['things:read'], expiresIn: null }
