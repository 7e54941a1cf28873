const WRITTEN = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?(?:Z|([+-])(\d\d):(\d\d))$/

/** The milliseconds since the epoch of a written moment; undefined where there is no such date or time. */
export function readMoment(text: string): number | undefined {
  const match = WRITTEN.exec(text)
  if (!match) return undefined
  const number = (at: number): number => Number(match[at] ?? 0)
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map(number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  const wall = Date.UTC(year, month - 1, day, hour, minute, second, Number((match[7] ?? '').padEnd(3, '0')))
  // The 31st of a month with 30 days would be the 1st of the next.
  const back = new Date(wall)
  if (back.getUTCMonth() !== month - 1 || back.getUTCDate() !== day || back.getUTCHours() !== hour)
    return undefined
  if (minute > 59 || second > 59 || number(9) > 23 || number(10) > 59) return undefined
  return wall - (match[8] === '-' ? -1 : 1) * (number(9) * 60 + number(10)) * 60_000
}

/** A moment as documents carry it: in UTC, without a fraction where there is none. */
export function writeMoment(moment: number): string {
  return new Date(moment).toISOString().replace('.000Z', 'Z')
}
