import Type, { type Static } from 'typebox'
import type { PolicyRevisions } from '../policy/index.ts'

/** How far a revision has come. */
export const SpreadOutput = Type.Object({
  live: Type.Array(Type.Object({ gateway: Type.String(), revision: Type.Integer() }), {
    description: 'Gateways on which it, or a later one, is in force.',
  }),
  waiting_for: Type.Array(Type.String(), { description: 'Gateways on which it is not in force yet.' }),
})

/** Where a revision is in force, after at most `seconds`. */
export async function spreadOf(
  revisions: PolicyRevisions,
  revision: number,
  seconds = 0,
): Promise<Static<typeof SpreadOutput>> {
  const { live, waitingFor } = await revisions.waitForRevision(revision, seconds * 1000)
  return { live: [...live], waiting_for: [...waitingFor] }
}
