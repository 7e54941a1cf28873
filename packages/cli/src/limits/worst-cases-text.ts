/** What a tier admits at worst while the shared counters are out of reach. */
export interface WorstCase {
  readonly tier: string
  readonly text: string
}

/** What holds while Redis is away, one tier a line; `whose` tells of which gateways, where that is no matter of course. */
export function worstCasesText(worst: readonly WorstCase[], whose = ''): string {
  const width = Math.max(0, ...worst.map(({ tier }) => tier.length))
  const lines = worst.map(({ tier, text }) => {
    // The text stands alone elsewhere, and says there what the heading says here.
    const told = text.replace(/^tier ".*?" while Redis is away: /, '')
    return `  ${tier.padEnd(width)}  ${told}\n`
  })
  return `While Redis is away${whose}:\n${lines.join('')}`
}
