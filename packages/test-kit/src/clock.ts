/** A clock that moves only when told. Its functions need no `this`: hand `clock.now` over as it is. */
export interface ManualClock {
  /** Milliseconds since the epoch, like Date.now. */
  readonly now: () => number
  /** Seconds since the epoch, as tokens count. */
  readonly seconds: () => number
  readonly advance: (milliseconds: number) => void
  readonly set: (time: Date | number | string) => void
}

/** Starts at `start`: a date, its text, or milliseconds since the epoch. */
export function manualClock(start: Date | number | string = '2026-01-01T00:00:00Z'): ManualClock {
  let time = read(start)
  return {
    now: () => time,
    seconds: () => time / 1000,
    advance: (milliseconds) => {
      time = read(time + milliseconds)
    },
    set: (moment) => {
      time = read(moment)
    },
  }
}

function read(moment: Date | number | string): number {
  const time = new Date(moment).getTime()
  if (Number.isNaN(time)) throw new TypeError(`not a time: ${moment}`)
  return time
}
