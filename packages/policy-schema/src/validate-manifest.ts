import { DEFAULT_COST, DEFAULT_DEADLINE_MS, ManifestDocument } from './manifest-schema.ts'
import { normaliseLimits } from './normalise-limit.ts'
import type { Manifest, Refusal, Route } from './policy.ts'
import { manifestRules } from './rules/manifest/index.ts'
import { shapeCheck } from './shape.ts'

const shape = shapeCheck(ManifestDocument)

/** Checks one parsed gateway.json against everything that can be said of it alone, and reports all problems together. */
export function validateManifest(
  document: unknown,
): { readonly ok: true; readonly manifest: Manifest } | Refusal {
  const problems = [...shape(document), ...manifestRules.flatMap((rule) => rule.check(document))]
  if (problems.length > 0) return { ok: false, problems }
  const { service, routes } = document as ManifestDocument
  return { ok: true, manifest: Object.freeze({ service, routes: Object.freeze(routes.map(normalise)) }) }
}

function normalise(entry: ManifestDocument['routes'][number]): Route {
  return Object.freeze({
    path: entry.path,
    methods: Object.freeze(
      entry.methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])),
    ),
    auth: entry.auth as Route['auth'],
    scopes: Object.freeze([...(entry.scopes ?? [])]),
    anyScopes: Object.freeze([...(entry.anyScopes ?? [])]),
    cost: entry.cost ?? DEFAULT_COST,
    deadlineMs: entry.deadlineMs ?? DEFAULT_DEADLINE_MS,
    bodyLimit: entry.bodyLimit ?? null,
    encodedSlash: entry.encodedSlash ?? false,
    requestEncodings: Object.freeze([
      ...(entry.requestEncodings ?? []),
    ] as Route['requestEncodings'][number][]),
    proof: (entry.proof as Route['proof'] | undefined) ?? null,
    limits: normaliseLimits(entry.limits),
    ...(entry.description !== undefined && { description: entry.description }),
  })
}
