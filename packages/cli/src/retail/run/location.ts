import type { ApiClient } from '../../client/api-client.ts'
import { problemOf } from '../../client/api-client.ts'
import { RefusedError } from '../../client/api-error.ts'
import { itemsOf } from '../../client/pages.ts'

/** The id of the location with this code, or undefined. */
export async function findLocation(api: ApiClient, code: string): Promise<string | undefined> {
  const path = `/locations?code=${encodeURIComponent(code)}`
  for await (const location of itemsOf<{ id: string; code: string }>(api, path))
    if (location.code === code) return location.id
  return undefined
}

/** The id of the location with this code, which is made a warehouse if there is none. */
export async function ensureLocation(api: ApiClient, code: string): Promise<string> {
  const present = await findLocation(api, code)
  if (present !== undefined) return present
  const body = { code, name: code, type: 'WAREHOUSE' }
  const idempotencyKey = `location-${encodeURIComponent(code)}`
  const call = { method: 'POST', path: '/locations', body, idempotencyKey } as const
  const answer = await api.send(call)
  if (answer.status === 201) return (answer.body as { id: string }).id
  // Somebody else, or an earlier attempt of ours whose answer was lost, made it meanwhile.
  const made = problemOf(answer.body) === 'duplicate-code' ? await findLocation(api, code) : undefined
  if (made === undefined) throw new RefusedError(call, answer)
  return made
}
