import { createHash } from 'node:crypto'
import type { Candidate } from '@stockgate/policy-schema'

/**
 * Whether a candidate is in force for a client. Each client has one place between 0 and 100 per candidate: who is in
 * at 10 % stays in at 25 %, and another candidate meets other clients first.
 */
export function inRollout({ name, rolloutPercent }: Candidate, subject: string): boolean {
  if (rolloutPercent <= 0) return false
  if (rolloutPercent >= 100) return true
  const hash = createHash('sha256').update(`${name}\n${subject}`).digest()
  return (hash.readUIntBE(0, 6) / 2 ** 48) * 100 < rolloutPercent
}

/** Whether the candidate's guardrail counts the calls of a client the candidate is in force for. */
export function isGuarded({ guardrail }: Candidate, clientId: string | null): boolean {
  if (guardrail === null) return false
  return guardrail.protect.length === 0 || (clientId !== null && guardrail.protect.includes(clientId))
}
