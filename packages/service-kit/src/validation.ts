import type { ProblemDetail } from '@stockgate/problem'
import { Ajv, type ErrorObject, type Options } from 'ajv'
import ajvFormats from 'ajv-formats'
import type { FastifyInstance, FastifySchemaValidationError } from 'fastify'

const strict: Options = { allErrors: true, removeAdditional: false, useDefaults: true, strict: false }

/**
 * Validates without changing what was sent: no property is dropped, no body value is coerced.
 * Query and path values are text on the wire, so there alone text becomes numbers and booleans.
 */
export function useStrictValidation(app: FastifyInstance): void {
  const bodies = formats(new Ajv({ ...strict, coerceTypes: false }))
  const texts = formats(new Ajv({ ...strict, coerceTypes: true }))
  app.setValidatorCompiler(({ schema, httpPart }) =>
    (httpPart === 'body' ? bodies : texts).compile(schema as object),
  )
}

function formats(ajv: Ajv): Ajv {
  ajvFormats.default(ajv)
  return ajv
}

/** Ajv's findings as `errors[]`; `part` is fastify's name of the place: body, querystring, params or headers. */
export function faultsOf(
  findings: readonly (FastifySchemaValidationError | ErrorObject)[],
  part: string | undefined,
): ProblemDetail[] {
  const faults = findings
    .filter(
      (finding) => finding.keyword !== 'if' && finding.keyword !== 'anyOf' && finding.keyword !== 'oneOf',
    )
    .map((finding) => ({ pointer: pointerOf(finding, part), detail: sentenceOf(finding) }))
  const list =
    faults.length > 0 ? faults : findings.map((f) => ({ pointer: pointerOf(f, part), detail: sentenceOf(f) }))
  const seen = new Set<string>()
  return list.filter(({ pointer, detail }) => {
    const id = `${pointer} ${detail}`
    return seen.has(id) ? false : seen.add(id)
  })
}

function pointerOf(finding: FastifySchemaValidationError | ErrorObject, part: string | undefined): string {
  const named = finding.params.additionalProperty ?? finding.params.missingProperty
  const segment = typeof named === 'string' ? `/${named.replaceAll('~', '~0').replaceAll('/', '~1')}` : ''
  const path = `${finding.instancePath}${segment}`
  if (part === 'querystring') return `?${path.slice(1)}`
  if (part === 'headers') return `header:${path.slice(1)}`
  if (part === 'params') return `/{${path.slice(1)}}`
  return `#${path}`
}

function sentenceOf(finding: FastifySchemaValidationError | ErrorObject): string {
  if (finding.keyword === 'additionalProperties') return 'is not known here'
  if (finding.keyword === 'required') return 'is required'
  if (finding.keyword === 'enum')
    return `must be one of ${(finding.params.allowedValues as unknown[]).join(', ')}`
  if (finding.keyword === 'const') return `must be ${JSON.stringify(finding.params.allowedValue)}`
  return finding.message ?? 'is not valid'
}
