/** A path as the router sees it: names of parameters make no difference, `/a/{x}` and `/a/{y}` are one. */
export function patternOf(path: string): string {
  return path.replace(/\{[^{}/]*\}/g, '{}')
}
