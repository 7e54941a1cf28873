import type { Fleet } from './fleet/index.ts'
import type { UseExchange } from './keys/index.ts'
import type { GatewayLimiter } from './limiter/index.ts'

const EVERY_MS = 500
const KEY_USE = 'key_use'

/** Keeps telling the fleet how this gateway gets on with the shared counters. Returns how to stop it. */
export function tellOfStore(fleet: Fleet, limiter: Pick<GatewayLimiter, 'store'>): () => void {
  const tell = () => fleet.publish('store', limiter.store())
  tell()
  const timer = setInterval(tell, EVERY_MS).unref()
  return () => clearInterval(timer)
}

/** Gateways tell each other when a key was last used with their heartbeat. */
export function keyUses(fleet: Fleet): UseExchange {
  return {
    publish: (times) => fleet.publish(KEY_USE, times),
    others: async () =>
      (await fleet.members())
        .filter(({ id }) => id !== fleet.id)
        .map(({ bulletins }) => (bulletins[KEY_USE] ?? {}) as Record<string, unknown>),
  }
}
