import type { Draft } from './draft.ts'

/** Cases that once got through, as bytes: they come first in every run. */
export function fixedCases(): readonly Draft[] {
  return []
}
