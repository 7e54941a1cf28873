import { SettingError } from '@stockgate/settings'
import type { Logger } from 'pino'
import { hasHistory } from './journal/index.ts'
import { openConnections, type RedisConnections } from './redis/index.ts'
import type { Settings } from './settings.ts'

/**
 * Connects to Redis where there is to be one. A gateway that never had a policy cannot start without it, and a wrong
 * address is told at once; one that has a policy of its own starts all the same and connects later.
 */
export async function openRedisFor(
  { REDIS_URL, STATE }: Settings,
  log: Logger,
): Promise<RedisConnections | undefined> {
  if (REDIS_URL === undefined) return undefined
  try {
    return await openConnections(REDIS_URL.href, { required: true })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    if (!(await hasHistory('policy', STATE))) throw new SettingError('REDIS_URL', reason)
    log.warn({ reason, state: STATE }, 'starting without Redis, with the limits that were last in force here')
    return await openConnections(REDIS_URL.href, { required: false })
  }
}
