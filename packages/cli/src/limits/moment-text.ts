/** `2026-11-22T18:18:29Z`: a moment as the options of a command take it, without fractions of a second. */
export function momentText(time: string): string {
  return time.replace(/\.\d+Z$/, 'Z')
}
