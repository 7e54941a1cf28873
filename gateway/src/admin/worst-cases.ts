import { type LimitsPolicy, worstCases } from '@stockgate/policy-schema'
import Type, { type Static } from 'typebox'
import { readLimits } from './read-limits.ts'

/** What a tier may let through at most while the shared counters are out of reach. */
export const WorstCaseOutput = Type.Object({
  tier: Type.String(),
  on_store_failure: Type.String(),
  gateways: Type.Integer(),
  text: Type.String(),
})

export type WorstCase = Static<typeof WorstCaseOutput>

/** The worst case of each tier of a document, with so many gateways; none of a document that breaks rules. */
export function worstCasesOf(document: object, gateways: number): WorstCase[] {
  const limits = readLimits(document)
  return limits === undefined ? [] : worstCasesOfPolicy(limits, gateways)
}

export function worstCasesOfPolicy(limits: LimitsPolicy, gateways: number): WorstCase[] {
  return worstCases(limits, gateways).map(({ tier, onStoreFailure, text }) => ({
    tier,
    on_store_failure: onStoreFailure,
    gateways,
    text,
  }))
}
