import type { Fleet } from './fleet/index.ts'
import type { UseExchange } from './keys/index.ts'

const BULLETIN = 'key_use'

/** Gateways tell each other when a key was last used with their heartbeat. */
export function keyUses(fleet: Fleet): UseExchange {
  return {
    publish: (times) => fleet.publish(BULLETIN, times),
    others: async () =>
      (await fleet.members())
        .filter(({ id }) => id !== fleet.id)
        .map(({ bulletins }) => (bulletins[BULLETIN] ?? {}) as Record<string, unknown>),
  }
}
