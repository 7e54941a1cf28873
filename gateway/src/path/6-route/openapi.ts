import { isDeepStrictEqual } from 'node:util'
import type { Manifest, Proof, Route } from '@stockgate/policy-schema'
import { PROBLEM_JSON } from '@stockgate/problem'
import { usageOperation, usageSchema } from './usage-operation.ts'

type Json = Record<string, unknown>

/** How a caller may show who it is, by the name the description gives it. */
const SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
  api_key: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
  dpop: {
    type: 'http',
    scheme: 'DPoP',
    bearerFormat: 'JWT',
    description: 'A token bound to a key of the client, with a proof in the header DPoP (RFC 9449).',
  },
  certificate: { type: 'mutualTLS', description: 'A token bound to the client certificate (RFC 8705).' },
} as const
type Scheme = keyof typeof SCHEMES

/** What a route with a proof takes in place of all else; each entry is one way, of all the schemes it names. */
const PROVEN: Readonly<Record<Proof, readonly (readonly Scheme[])[]>> = {
  dpop: [['dpop']],
  certificate: [['bearer', 'certificate']],
  any: [['dpop'], ['bearer', 'certificate']],
}

/**
 * One description of everything clients can reach. Each service's document gives the operations, its manifest
 * decides which of them are there and what they demand; an operation nobody described is listed all the same.
 */
export function mergeOpenApi(
  manifests: readonly Manifest[],
  documents: ReadonlyMap<string, object>,
  origin: string,
  schemes: readonly Scheme[] = ['bearer'],
): object {
  const paths: Record<string, Json> = {}
  const components: Record<string, Json> = { schemas: { Usage: usageSchema } }
  for (const { service, routes } of manifests) {
    const document = adopt(service, (documents.get(service) ?? {}) as Json, components)
    for (const route of routes) {
      const described = (document.paths as Record<string, Json> | undefined)?.[route.path] ?? {}
      paths[route.path] ??= described.parameters ? { parameters: described.parameters } : {}
      const item = paths[route.path] as Json
      for (const method of route.methods) {
        if (method === 'HEAD') continue
        const operation = (described[method.toLowerCase()] ?? undescribed(method, route)) as Json
        item[method.toLowerCase()] = complete(operation, service, route, schemes)
      }
    }
  }
  const demanded = manifests.flatMap(({ routes }) => routes.flatMap(({ proof }) => waysOf(proof, schemes)))
  const named = new Set([...schemes, ...demanded.flat()])
  return {
    openapi: '3.1.1',
    info: { title: 'Stockgate', version: '1.0.0', description: 'Everything behind this gateway.' },
    servers: [{ url: origin }],
    paths: { ...paths, '/usage': usageOperation(schemes) },
    components: {
      ...components,
      securitySchemes: Object.fromEntries(Array.from(named, (name) => [name, SCHEMES[name]])),
      responses: { ...components.responses, Problem: PROBLEM },
    },
  }
}

/** What the manifest alone tells of an operation. */
function undescribed(method: string, { path, description }: Route): Json {
  const names = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name)
  return {
    summary: description ?? `${method} ${path}`,
    ...(names.length > 0 && {
      parameters: names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } })),
    }),
  }
}

/** Every operation can also be answered by the gateway. */
function complete(
  operation: Json,
  service: string,
  { auth, scopes, anyScopes, proof }: Route,
  schemes: readonly Scheme[],
): Json {
  const demanded = anyScopes.length > 0 ? anyScopes.map((one) => [...scopes, one]) : [scopes]
  const problem = { $ref: '#/components/responses/Problem' }
  const ours = auth === 'bearer' ? { 401: problem, 403: problem, 429: problem } : { 429: problem }
  return {
    tags: [service],
    ...operation,
    security:
      auth === 'public'
        ? []
        : waysOf(proof, schemes).flatMap((way) => demanded.map((needed) => requirement(way, needed))),
    responses: { ...ours, default: problem, ...(operation.responses as Json | undefined) },
  }
}

/** The ways to show who calls, of which one is enough. */
function waysOf(proof: Proof | null, schemes: readonly Scheme[]): readonly (readonly Scheme[])[] {
  return proof === null ? schemes.map((scheme) => [scheme]) : PROVEN[proof]
}

/** One way with its scopes: those are what the token holds, a certificate has none. */
function requirement(way: readonly Scheme[], scopes: readonly string[]): Json {
  return Object.fromEntries(way.map((scheme) => [scheme, scheme === 'certificate' ? [] : scopes]))
}

const PROBLEM = {
  description: 'A problem as RFC 9457 describes it.',
  content: {
    [PROBLEM_JSON]: {
      schema: {
        type: 'object',
        required: ['type', 'title', 'status'],
        properties: {
          type: { type: 'string', format: 'uri' },
          title: { type: 'string' },
          status: { type: 'integer' },
          detail: { type: 'string' },
          trace_id: { type: 'string' },
        },
      },
    },
  },
}

/** Moves a document's components into the common ones; a name that is taken by something else gets the service's. */
function adopt(service: string, document: Json, into: Record<string, Json>): Json {
  const moved = new Map<string, string>()
  const parts = Object.entries((document.components ?? {}) as Record<string, Json>).filter(
    ([group, entries]) => group !== 'securitySchemes' && typeof entries === 'object' && entries !== null,
  )
  for (const [group, entries] of parts) {
    into[group] ??= {}
    const known = into[group]
    for (const [name, value] of Object.entries(entries)) {
      const free = !(name in known) || isDeepStrictEqual(known[name], value)
      if (!free) moved.set(`#/components/${group}/${name}`, `#/components/${group}/${service}.${name}`)
    }
  }
  for (const [group, entries] of parts) {
    for (const [name, value] of Object.entries(entries)) {
      const target = moved.get(`#/components/${group}/${name}`)?.split('/').at(-1) ?? name
      ;(into[group] as Json)[target] = redirect(value, moved)
    }
  }
  return redirect(document, moved) as Json
}

function redirect(value: unknown, moved: ReadonlyMap<string, string>): unknown {
  if (moved.size === 0 || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((one) => redirect(one, moved))
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      key,
      key === '$ref' && typeof one === 'string' ? (moved.get(one) ?? one) : redirect(one, moved),
    ]),
  )
}
