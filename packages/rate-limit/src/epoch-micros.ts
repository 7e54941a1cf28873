/** How far the wall clock may be from ours before it was stepped and not just slewed. */
const STEP_MICROS = 1_000_000
/** How often that is looked at. */
const LOOK_EVERY_MS = 100

export interface EpochClockOptions {
  /** Milliseconds, never backwards. */
  readonly monotonic?: () => number
  /** Milliseconds since the epoch, as the machine believes at the moment. */
  readonly wall?: () => number
}

/**
 * A clock of whole microseconds since the epoch that never goes back.
 *
 * It runs on the process's monotonic clock from where the wall clock stood at first, so small corrections of the
 * wall clock do not disturb it. When the wall clock was stepped forward by more than a second it jumps along. When
 * it was stepped back it runs on at its usual pace, ahead of the wall, for buckets must go on filling: calendar
 * periods then begin early by that much, until the wall clock has caught up or the process starts anew.
 */
export function epochClock({
  monotonic = () => performance.now(),
  wall = () => Date.now(),
}: EpochClockOptions = {}): () => number {
  let origin = wall() * 1_000 - monotonic() * 1_000
  let looked = monotonic()
  let last = 0
  return () => {
    const at = monotonic()
    if (at - looked >= LOOK_EVERY_MS) {
      looked = at
      const ahead = wall() * 1_000 - (origin + at * 1_000)
      if (ahead > STEP_MICROS) origin += ahead
    }
    const now = Math.floor(origin + at * 1_000)
    if (now > last) last = now
    return last
  }
}

/** The clock of this process. */
export const epochMicros: () => number = epochClock()
