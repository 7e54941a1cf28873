import { randomUUID } from 'node:crypto'
import { decodeJwt } from 'jose'
import { type RawAnswer, type RawCall, rawCall } from './raw-call.ts'
import { addressOf, bodyOf, mediaTypeOf } from './route-samples.ts'
import { mayUse, type RouteShown } from './routes.ts'
import type { RunningStack } from './stack.ts'

/** Calls routes as somebody who may, so that whatever else is wrong with a call is what it is refused for. */
export interface RouteCaller {
  /** A good call of a route with the ids of nothing, but for what is changed. Headers are added to those it needs. */
  send(route: RouteShown, changed?: Partial<RawCall>): Promise<RawAnswer>
}

/** From the one who may do most to the one who may do least. */
const CLIENTS = ['manager', 'orders', 'ops', 'warehouse', 'demo']
/** Whoever may see everything gets an empty list of the orders of nobody, where anybody else gets 404. */
const AS_DEMO = /^\/users\//

/** Gets a token of every seeded client. */
export async function createRouteCaller({ gateway, shop }: RunningStack): Promise<RouteCaller> {
  const tokens = new Map<string, { token: string; scopes: Set<string> }>()
  for (const client of CLIENTS) {
    const token = await shop.token(client)
    tokens.set(client, { token, scopes: new Set(String(decodeJwt(token).scope).split(' ')) })
  }

  const bearerFor = (route: RouteShown) => {
    const candidates = AS_DEMO.test(route.path) ? CLIENTS.toReversed() : CLIENTS
    const client = candidates.find((id) => mayUse(route, tokens.get(id)?.scopes ?? new Set()))
    if (!client) throw new Error(`no seeded client may use ${route.name}`)
    return `Bearer ${tokens.get(client)?.token}`
  }

  return {
    send(route, { headers = {}, ...changed } = {}) {
      const body = bodyOf(route)
      return rawCall(gateway, {
        method: route.method,
        path: addressOf(route),
        ...(body && { body: JSON.stringify(body) }),
        ...changed,
        headers: {
          ...(route.auth === 'bearer' && { authorization: bearerFor(route) }),
          ...(body && { 'content-type': mediaTypeOf(route) }),
          'idempotency-key': randomUUID(),
          ...headers,
        },
      })
    },
  }
}

/** A token of `ops` that is good and good for nothing any route asks for. */
export async function poorToken({ gateway, secrets }: RunningStack): Promise<string> {
  const answer = await fetch(`${gateway}/identity/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`ops:${secrets.ops}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'ops:read' }),
  })
  return ((await answer.json()) as { access_token: string }).access_token
}
