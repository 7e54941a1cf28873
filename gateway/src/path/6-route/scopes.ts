import { Refusal } from '../../errors/refusal.ts'
import type { Client, RoutePlan } from '../context.ts'

/** The refusal of a client that lacks what the route demands, or undefined. All `scopes`, one of `anyScopes`. */
export function missingScope(
  { scopes, anyScopes }: Pick<RoutePlan, 'scopes' | 'anyScopes'>,
  client: Pick<Client, 'scopes'>,
): Refusal | undefined {
  for (const scope of scopes) if (!client.scopes.has(scope)) return refuse(scopes.join(' '))
  if (anyScopes.length === 0) return undefined
  for (const scope of anyScopes) if (client.scopes.has(scope)) return undefined
  return refuse([...scopes, anyScopes[0]].join(' '), `one of ${anyScopes.join(', ')}`)
}

function refuse(scope: string, words = scope): Refusal {
  return new Refusal('GW_SCOPE', {
    detail: `This call needs ${words}.`,
    headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"` },
  })
}
