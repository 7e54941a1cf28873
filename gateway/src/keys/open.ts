import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Journal } from '../journal/index.ts'
import type { KeyEvent } from './key-event.ts'
import { type ApiKeys, createApiKeys } from './keys.ts'
import { createLastUsed, type UseExchange } from './last-used.ts'

export interface OpenApiKeysOptions {
  /** The `keys` journal, kept by its owner: it is closed after the keys. */
  readonly journal: Journal<KeyEvent>
  /** KEY_PEPPER; without it every key is refused and none can be made. */
  readonly pepper: string | undefined
  /** The state folder, where the times of last use are kept. */
  readonly state?: string
  /** How gateways tell each other of uses; without one each knows its own. */
  readonly exchange?: UseExchange
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  readonly log: Logger
}

/** Opens the API keys of a gateway. */
export async function openApiKeys(options: OpenApiKeysOptions): Promise<ApiKeys> {
  const { journal, pepper, state, exchange, clock, log } = options
  const lastUsed = createLastUsed({
    ...(state !== undefined && { path: join(state, 'key-use.json') }),
    ...(exchange !== undefined && { exchange }),
    warn: (err) => log.warn({ err }, 'the times of last use of API keys cannot be kept'),
  })
  await lastUsed.open()
  return createApiKeys({ journal, pepper, lastUsed, clock, log })
}
