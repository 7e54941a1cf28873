/** One sum that has to hold. */
export interface Check {
  readonly name: string
  readonly left: number
  readonly right: number
  readonly ok: boolean
  /** The first places where it does not hold. */
  readonly differences: readonly string[]
}

const MOST_DIFFERENCES = 5

/** Two numbers that have to be equal. */
export function equal(name: string, left: number, right: number): Check {
  return { name, left, right, ok: left === right, differences: [] }
}

/** A list that has to be empty. */
export function nothing(name: string, found: readonly string[]): Check {
  return {
    name,
    left: found.length,
    right: 0,
    ok: found.length === 0,
    differences: found.slice(0, MOST_DIFFERENCES),
  }
}

/** Two tallies that have to agree in every key; a missing key counts as 0. Shows the two sums. */
export function equalByKey(
  name: string,
  left: ReadonlyMap<string, number>,
  right: ReadonlyMap<string, number>,
): Check {
  const differences: string[] = []
  let different = 0
  for (const key of new Set([...left.keys(), ...right.keys()])) {
    const [a, b] = [left.get(key) ?? 0, right.get(key) ?? 0]
    if (a === b) continue
    different++
    if (differences.length < MOST_DIFFERENCES) differences.push(`${key}: ${a} and ${b}`)
  }
  return { name, left: total(left), right: total(right), ok: different === 0, differences }
}

const total = (tally: ReadonlyMap<string, number>) => tally.values().reduce((sum, units) => sum + units, 0)
