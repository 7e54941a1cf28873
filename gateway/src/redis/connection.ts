import { Redis, type RedisOptions } from 'ioredis'

/** Time the boot gives a Redis that must be there. */
const FIRST_CONNECTION_WITHIN_MS = 2_000
const LISTENER_PING_MS = 500

/**
 * ioredis by default hides an outage: it queues commands and repeats them, so requests hang for many seconds. Here
 * a command is sent once and at once or fails, a connection on which an answer is due and nothing comes is given up
 * within a second, and a lost one is tried again four times a second: what is back must be used within two seconds.
 */
const OPTIONS = {
  connectTimeout: 500,
  socketTimeout: 750,
  // Else `disconnect` keeps a process alive for two seconds where nobody answers.
  disconnectTimeout: 100,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  // It would subscribe again by itself, and when that fails end the process: nobody is there to hear of it.
  autoResubscribe: false,
  lazyConnect: true,
  retryStrategy: (attempt: number) =>
    Math.min(25 * 2 ** Math.min(attempt, 4), 250) * (0.75 + Math.random() / 4),
} satisfies RedisOptions

export interface OpenRedisOptions {
  /**
   * True: wait for an answer, and reject with a message fit for the operator, without the password, when none comes,
   * for a wrong address should stop the boot. False: resolve at once and keep trying behind the scenes.
   */
  readonly required: boolean
  /** Whether the connection is to hear what is published: it then finds out by itself when it is dead. */
  readonly listens?: boolean
}

/**
 * One connection to Redis. `status` is `ready` while it can be used; commands at any other time fail at once. An
 * outage, the first one included, mends itself. `disconnect` ends it.
 */
export async function openRedis(
  url: string,
  { required, listens = false }: OpenRedisOptions,
): Promise<Redis> {
  const redis = new Redis(url, OPTIONS)
  let failure: Error | undefined
  redis.on('error', (error: Error) => {
    failure = error
  })
  if (listens) keepListening(redis)
  if (!required) {
    redis.connect().catch(() => {})
    return redis
  }
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

/** Who only listens notices no silence; a ping demands an answer, and without one the connection is made anew. */
function keepListening(redis: Redis): void {
  const timer = setInterval(() => {
    if (redis.status === 'ready') redis.ping().catch(() => {})
  }, LISTENER_PING_MS).unref()
  redis.on('end', () => clearInterval(timer))
}

/** The address of a Redis as it may be logged. */
export function withoutSecret(url: string): string {
  const parsed = URL.parse(url)
  if (parsed === null) return 'the given address'
  return `${parsed.protocol}//${parsed.host}${parsed.pathname === '/' ? '' : parsed.pathname}`
}
