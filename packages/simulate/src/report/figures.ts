/** `12,345`. */
export function whole(count: number): string {
  return count.toLocaleString('en-US')
}

/** A part of a whole, with as many digits as tell something: `0.02 %`, `3.1 %`, `47 %`. */
export function percent(part: number, total: number): string {
  if (total === 0 || part === 0) return '0 %'
  const value = (100 * part) / total
  const digits = value >= 10 ? 0 : value >= 1 ? 1 : 2
  const written = value.toFixed(digits)
  return Number(written) === 0 ? '< 0.01 %' : `${written} %`
}

/** `2015-05-17 08:05:32 UTC`. */
export function moment(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`
}

/** `3 d 11 h`, `2 h 05 min`, `40 s`. */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000)
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ]
  if (days > 0) return `${days} d ${hours} h`
  if (hours > 0) return `${hours} h ${String(minutes).padStart(2, '0')} min`
  return minutes > 0 ? `${minutes} min ${String(seconds % 60).padStart(2, '0')} s` : `${seconds} s`
}
