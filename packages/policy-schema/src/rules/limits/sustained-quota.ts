import { pointerTo, type Rule } from '../../rule.ts'
import { burstAndSustained } from './burst-and-sustained.ts'

/** The sustained quota admits at least one whole burst; otherwise the burst quota could never be used. */
export const sustainedQuota: Rule = {
  name: 'sustained-quota',
  check(document) {
    return burstAndSustained(document, 'quota')
      .filter(({ burst, sustained }) => sustained < burst)
      .map(({ tier, burst, sustained }) => ({
        pointer: pointerTo('tiers', tier, 'limits', 'sustained', 'quota'),
        rule: this.name,
        message: `${sustained} is less than one burst: write at least ${burst}, or lower the burst quota`,
      }))
  },
}
