import { pointerTo, type Rule } from '../../rule.ts'
import { burstAndSustained } from './burst-and-sustained.ts'

/** The sustained limit looks further back than the burst limit; otherwise one of the two is pointless. */
export const sustainedWindow: Rule = {
  name: 'sustained-window',
  check(document) {
    return burstAndSustained(document, 'window')
      .filter(({ burst, sustained }) => sustained <= burst)
      .map(({ tier, burst, sustained }) => ({
        pointer: pointerTo('tiers', tier, 'limits', 'sustained', 'window'),
        rule: this.name,
        message: `${sustained} s is not longer than the burst window: write more than ${burst}`,
      }))
  },
}
