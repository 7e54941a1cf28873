import type { Redis } from 'ioredis'
import { type OpenRedisOptions, openRedis } from './connection.ts'

/** The connections of one gateway. They are apart so that a long answer to one never holds up a request's limits. */
export interface RedisConnections {
  /** For decisions of the limiter alone. */
  readonly limits: Redis
  /** For what runs beside requests: journals, the fleet's heartbeat, refills. */
  readonly background: Redis
  /** For subscriptions: it can send nothing else. */
  readonly subscriptions: Redis
  close(): void
}

/** Opens all connections of a gateway, or rejects (see `openRedis`) and leaves none behind. */
export async function openConnections(
  url: string,
  { required }: Pick<OpenRedisOptions, 'required'>,
): Promise<RedisConnections> {
  // One after the other: where the first is refused, the others need not be tried.
  const limits = await openRedis(url, { required })
  const opened = [limits]
  const close = () => {
    for (const redis of opened) redis.disconnect()
  }
  try {
    const background = await openRedis(url, { required })
    opened.push(background)
    const subscriptions = await openRedis(url, { required, listens: true })
    opened.push(subscriptions)
    return { limits, background, subscriptions, close }
  } catch (error) {
    close()
    throw error
  }
}
