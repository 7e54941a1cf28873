import { Redis, type RedisOptions } from 'ioredis'

const FIRST_CONNECTION_WITHIN_MS = 2_000

/**
 * ioredis by default hides an outage: it queues commands and repeats them, so requests hang for many seconds. Here
 * a command is sent once and at once or fails, a connection on which nothing comes back for a second is given up,
 * and a lost one is retried at least every second.
 */
const OPTIONS = {
  connectTimeout: 500,
  socketTimeout: 1_000,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  lazyConnect: true,
  retryStrategy: (attempt: number) =>
    Math.min(50 * 2 ** Math.min(attempt, 5), 1_000) * (0.75 + Math.random() / 4),
} satisfies RedisOptions

/**
 * Connects to Redis and waits until it answers. Rejects with a message fit for the operator, without the password,
 * when it does not: a wrong address should stop the boot. Later outages only change `status`; the connection
 * mends itself.
 */
export async function connectRedis(url: string): Promise<Redis> {
  const redis = new Redis(url, OPTIONS)
  let failure: Error | undefined
  redis.on('error', (error: Error) => {
    failure = error
  })
  const deadline = setTimeout(() => redis.disconnect(), FIRST_CONNECTION_WITHIN_MS)
  try {
    await redis.connect()
    await redis.ping()
    // A database number out of range, for one, is only told so; the connection would go on with database 0.
    if (failure) throw failure
    return redis
  } catch (error) {
    redis.disconnect()
    const cause = failure ?? (error instanceof Error ? error : new Error(String(error)))
    throw new Error(`cannot use Redis at ${withoutSecret(url)}: ${cause.message}`, { cause })
  } finally {
    clearTimeout(deadline)
  }
}

function withoutSecret(url: string): string {
  try {
    const parsed = new URL(url)
    return `${parsed.protocol}//${parsed.host}${parsed.pathname === '/' ? '' : parsed.pathname}`
  } catch {
    return 'the given address'
  }
}
