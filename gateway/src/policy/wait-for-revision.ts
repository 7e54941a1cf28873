import { setTimeout as delay } from 'node:timers/promises'
import type { Fleet, Member } from '../fleet/index.ts'
import type { Spread } from './revisions.ts'

const ASK_EVERY_MS = 50
/** The name of the bulletin in which a gateway tells what it decides by. */
export const BULLETIN = 'policy'

export interface WaitOptions {
  readonly fleet: Fleet
  readonly revision: number
  readonly timeoutMs: number
  /** What this gateway decides by: its own bulletin may lag behind. */
  readonly inForce: () => number
}

/** Asks which gateways have a revision until all have it or the time is over. */
export async function waitForRevision({ fleet, revision, timeoutMs, inForce }: WaitOptions): Promise<Spread> {
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const told = (await fleet.members()).map((member) => ({
      gateway: member.id,
      revision: member.id === fleet.id ? inForce() : toldBy(member),
    }))
    const live = told.filter((one) => one.revision >= revision)
    const waitingFor = told.filter((one) => one.revision < revision).map(({ gateway }) => gateway)
    if (waitingFor.length === 0 || performance.now() >= deadline) return { live, waitingFor }
    await delay(ASK_EVERY_MS)
  }
}

function toldBy({ bulletins }: Member): number {
  const { revision } = (bulletins[BULLETIN] ?? {}) as { revision?: unknown }
  return typeof revision === 'number' ? revision : 0
}
