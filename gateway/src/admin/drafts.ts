import { diffLimits, type PolicyProblem, validateLimits } from '@stockgate/policy-schema'
import Type from 'typebox'
import { ChangeOutput } from './differences.ts'
import type { AdminApp } from './http/listener.ts'
import { closed, LimitsJson } from './http/schemas.ts'
import type { PolicyParts } from './parts.ts'
import { faultsOf, inDocument, invalid } from './policy-faults.ts'
import { readLimits } from './read-limits.ts'
import { WorstCaseOutput, worstCasesOfPolicy } from './worst-cases.ts'

const Draft = closed({ document: LimitsJson })

const Finding = Type.Object({
  pointer: Type.String({ description: 'A place in the document.' }),
  detail: Type.String(),
  code: Type.String({ description: 'The name of the rule.' }),
})

const CheckOutput = Type.Object({
  valid: Type.Boolean(),
  errors: Type.Array(Finding),
  worst_cases: Type.Array(WorstCaseOutput),
  warnings: Type.Array(Finding),
})

/** What would be, were a document put in force. Nothing here changes anything. */
export function draftRoutes(app: AdminApp, { revisions, fleet, clock }: PolicyParts): void {
  app.post(
    '/limits/check',
    {
      config: { access: 'ops:read' },
      schema: {
        operationId: 'checkLimits',
        tags: ['limits'],
        summary: 'Judge a document by every rule',
        body: Draft,
        response: { 200: CheckOutput },
      },
    },
    async (request) => {
      const verdict = revisions.check(request.body.document)
      if (!verdict.ok)
        return { valid: false, errors: faultsOf(verdict.problems), worst_cases: [], warnings: [] }
      const { document } = request.body
      const worst = worstCasesOfPolicy(verdict.limits, fleet.size())
      const warnings = faultsOf(warningsOf(document, clock()))
      return { valid: true, errors: [], worst_cases: worst, warnings }
    },
  )

  app.post(
    '/limits/diff',
    {
      config: { access: 'ops:read' },
      schema: {
        operationId: 'diffLimits',
        tags: ['limits'],
        summary: 'Compare a document with the limits as they are',
        body: Draft,
        response: { 200: Type.Object({ revision: Type.Integer(), changes: Type.Array(ChangeOutput) }) },
      },
    },
    async (request) => {
      const verdict = revisions.check(request.body.document)
      if (!verdict.ok) throw invalid(verdict.problems, inDocument)
      const { revision, after } = revisions.current()
      const before = readLimits(after)
      return { revision, changes: before === undefined ? [] : diffLimits(before, verdict.limits) }
    },
  )
}

/** What is valid and probably not meant. */
function warningsOf(document: unknown, now: number): readonly PolicyProblem[] {
  const verdict = validateLimits(document)
  if (!verdict.ok) return []
  const over = verdict.limits.overrides.flatMap(({ id, until }, at): PolicyProblem[] => {
    if (until > now) return []
    const message = `the override ${id} is over already: take it out, or write a later "until"`
    return [{ pointer: `#/overrides/${at}/until`, rule: 'override-over', message }]
  })
  return [...verdict.warnings, ...over]
}
