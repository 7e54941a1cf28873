/** How many calls would have been refused under each of several quotas; one pass over the traffic. */
export type Ask = (quotas: readonly number[]) => readonly number[]

/** The answer to one question of a search: null where no quota up to the highest allowed one would do. */
export interface Found {
  readonly quotas: readonly (number | null)[]
  readonly passes: number
}

interface Bracket {
  readonly allowed: number
  /** Too small. */
  low: number
  /** Large enough, or one above the highest. */
  high: number
}

/**
 * For each number of refusals that is allowed the smallest quota that keeps to it. Every pass asks for `lanes` quotas
 * at once: first powers of two, then evenly between what was too small and what was enough.
 */
export function smallestQuotas(
  ask: Ask,
  allowed: readonly number[],
  { highest, lanes = 32 }: { readonly highest: number; readonly lanes?: number },
): Found {
  const brackets = allowed.map((count): Bracket => ({ allowed: count, low: 0, high: highest + 1 }))
  const powers: number[] = []
  for (let quota = 1; quota < highest; quota *= 2) powers.push(quota)
  powers.push(highest)
  let passes = 0
  for (let start = 0; start < powers.length; start += lanes) {
    narrow(brackets, powers.slice(start, start + lanes), ask)
    passes++
  }
  for (let open = openOnes(brackets, highest); open.length > 0; open = openOnes(brackets, highest)) {
    const share = Math.max(Math.floor(lanes / open.length), 1)
    const quotas = new Set(open.flatMap((bracket) => evenly(bracket, share)))
    narrow(brackets, [...quotas].sort(ascending).slice(0, lanes), ask)
    passes++
  }
  return { quotas: brackets.map(({ high }) => (high > highest ? null : high)), passes }
}

function openOnes(brackets: readonly Bracket[], highest: number): Bracket[] {
  return brackets.filter(({ low, high }) => high <= highest && high - low > 1)
}

function evenly({ low, high }: Bracket, count: number): number[] {
  const step = (high - low) / (count + 1)
  return Array.from({ length: count }, (_, index) => low + Math.round(step * (index + 1))).filter(
    (quota) => quota > low && quota < high,
  )
}

function narrow(brackets: readonly Bracket[], quotas: readonly number[], ask: Ask): void {
  const refused = ask(quotas)
  for (const bracket of brackets) {
    for (const [index, quota] of quotas.entries()) {
      if (quota <= bracket.low || quota >= bracket.high) continue
      if ((refused[index] as number) > bracket.allowed) bracket.low = quota
      else {
        bracket.high = quota
        break
      }
    }
  }
}

function ascending(one: number, other: number): number {
  return one - other
}
