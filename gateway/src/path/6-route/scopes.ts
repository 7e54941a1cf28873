import type { Client, RoutePlan } from '../context.ts'

/** What a client lacks: the scopes to ask for, and the same in words. */
export interface Lack {
  readonly scope: string
  readonly words: string
}

/** What the client lacks of what the route demands, or undefined. All `scopes`, one of `anyScopes`. */
export function missingScope(
  { scopes, anyScopes }: Pick<RoutePlan, 'scopes' | 'anyScopes'>,
  client: Pick<Client, 'scopes'>,
): Lack | undefined {
  for (const scope of scopes) {
    if (client.scopes.has(scope)) continue
    const all = scopes.join(' ')
    return { scope: all, words: all }
  }
  if (anyScopes.length === 0) return undefined
  for (const scope of anyScopes) if (client.scopes.has(scope)) return undefined
  return { scope: [...scopes, anyScopes[0]].join(' '), words: `one of ${anyScopes.join(', ')}` }
}
