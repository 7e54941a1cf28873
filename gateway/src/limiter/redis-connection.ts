import { Redis, type RedisOptions } from 'ioredis'

/** A request waits this long for a decision of Redis before the gateway decides alone. */
const ANSWER_WITHIN_MS = 50
const FIRST_CONNECTION_WITHIN_MS = 2_000

/**
 * ioredis by default hides an outage: it queues commands and repeats them, so requests hang for many seconds. Here
 * a command is answered soon or fails, is sent once, and the connection is retried at least every second.
 */
const OPTIONS = {
  commandTimeout: ANSWER_WITHIN_MS,
  connectTimeout: 500,
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
  let reason = 'no answer'
  redis.on('error', (error: Error) => {
    reason = error.message || reason
  })
  const deadline = setTimeout(() => redis.disconnect(), FIRST_CONNECTION_WITHIN_MS)
  try {
    await redis.connect()
    await redis.ping()
    return redis
  } catch (error) {
    redis.disconnect()
    const cause = error instanceof Error && error.message !== 'Connection is closed.' ? error.message : reason
    throw new Error(`cannot use Redis at ${withoutSecret(url)}: ${cause}`, { cause: error })
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
