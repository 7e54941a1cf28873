import type { FastifyInstance } from 'fastify'
import { type Challenges, createChallenges, groupOf, metadataGuide } from '../../proofs/index.ts'
import type { RoutePlan } from '../context.ts'

/**
 * The refusals of each route, their texts made when it is mounted: they lead to the metadata of its group, and name
 * what it takes. Install before any route. A route that was mounted without a plan gets those of no route.
 */
export function useChallenges(
  app: FastifyInstance,
  publicUrl: string,
  keys: boolean,
): (plan: RoutePlan | null) => Challenges {
  const made = new Map<string, Challenges>()
  const byPlan = new Map<RoutePlan | null, Challenges>()

  function challengesFor(group: string | null, demand: RoutePlan['proof']): Challenges {
    const id = `${group ?? ''} ${demand}`
    let challenges = made.get(id)
    if (challenges === undefined) {
      challenges = createChallenges({ guide: metadataGuide(publicUrl, group), demand, keys })
      made.set(id, challenges)
    }
    return challenges
  }

  const unplanned = challengesFor(null, null)
  app.addHook('onRoute', ({ config }) => {
    const plan = config?.plan
    if (plan === undefined || plan.auth === 'public') return
    byPlan.set(plan, challengesFor(plan.service === null ? null : groupOf(plan.pattern), plan.proof))
  })
  return (plan) => byPlan.get(plan) ?? unplanned
}
