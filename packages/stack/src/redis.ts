import { SettingError } from '@stockgate/settings'
import { Redis } from 'ioredis'

/** Rejects unless the given Redis answers. Its address is shown, its password is not. */
export async function proveRedis(url: URL): Promise<void> {
  const redis = new Redis(url.href, {
    lazyConnect: true,
    connectTimeout: 5_000,
    commandTimeout: 5_000,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
  let reason = ''
  redis.on('error', (error) => {
    reason = error.message || (error as NodeJS.ErrnoException).code || error.name
  })
  try {
    await redis.connect()
    await redis.ping()
  } catch (error) {
    throw new SettingError(
      'REDIS_URL',
      `no use of Redis at ${url.host} (${reason || (error as Error).message}); mend that, or unset REDIS_URL to run without`,
    )
  } finally {
    redis.disconnect()
  }
}
