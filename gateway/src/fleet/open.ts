import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import type { Fleet } from './fleet.ts'
import { loneFleet } from './lone-fleet.ts'
import { type FleetLog, RedisFleet } from './redis-fleet.ts'
import { RememberedSize } from './remembered-size.ts'

export interface OpenFleetOptions {
  /** A connection for background work; without one the gateway is alone. */
  readonly redis?: Redis
  /** The folder where the last known size is kept. */
  readonly state: string
  readonly log: FleetLog
}

/** Joins the fleet. Resolves after the first beat, or the first try at one. */
export async function openFleet({ redis, state, log }: OpenFleetOptions): Promise<Fleet> {
  const id = `gw_${randomUUID().replaceAll('-', '')}`
  if (redis === undefined) return loneFleet(id)
  const fleet = new RedisFleet({ id, redis, remembered: new RememberedSize(join(state, 'fleet.json')), log })
  await fleet.beat()
  return fleet
}
