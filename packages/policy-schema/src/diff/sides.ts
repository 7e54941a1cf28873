import { amount } from '../limit-words.ts'
import type { LimitSpec } from '../policy.ts'

/** The entries of two records side by side, those of the second first. */
export function either<T>(
  before: Readonly<Record<string, T>>,
  after: Readonly<Record<string, T>>,
): [name: string, was: T | undefined, is: T | undefined][] {
  const names = new Set([...Object.keys(after), ...Object.keys(before)])
  return [...names].map((name) => [name, before[name], after[name]])
}

/** The names that both lists have, in the order of the second, where that is not the order of the first. */
export function reordered(before: readonly string[], after: readonly string[]): readonly string[] | null {
  const stayed = after.filter((name) => before.includes(name))
  const earlier = before.filter((name) => after.includes(name))
  return stayed.every((name, at) => name === earlier[at]) ? null : stayed
}

/** `burst 100 per 1 s, daily 5000 per day (UTC)` */
export function listed(limits: readonly LimitSpec[]): string {
  return limits.map((limit) => `${limit.name} ${amount(limit)}`).join(', ')
}
