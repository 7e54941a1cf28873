import type { ProblemDetail } from '@stockgate/problem'
import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv'
import ajvFormats from 'ajv-formats'
import type { FastifyInstance, FastifySchemaValidationError } from 'fastify'

const strict: Options = {
  removeAdditional: false,
  useDefaults: true,
  strict: false,
  // JSON can write 1e400, which is Infinity by the time it is here and null when it is written again.
  strictNumbers: true,
}

/** Most faults one answer lists. */
const MOST_FAULTS = 100
/** Values in the largest body all of whose faults are looked for; a larger one is told its first fault only. */
const MOST_VALUES = 20_000

/**
 * Validates without changing what was sent: no property is dropped, no body value is coerced.
 * Query and path values are text on the wire, so there alone text becomes numbers and booleans.
 */
export function useStrictValidation(app: FastifyInstance): void {
  const bodies = formats(new Ajv({ ...strict, coerceTypes: false }))
  const bodyFaults = formats(new Ajv({ ...strict, coerceTypes: false, allErrors: true }))
  const texts = formats(new Ajv({ ...strict, coerceTypes: true, allErrors: true }))
  app.setValidatorCompiler(({ schema, httpPart }) => {
    if (httpPart !== 'body') return texts.compile(schema as object)
    return thorough(bodies.compile(schema as object), bodyFaults.compile(schema as object))
  })
}

/** Stops at the first fault, and looks for the others only where that cannot take long: 1 MiB holds 500,000 of them. */
function thorough(first: ValidateFunction, all: ValidateFunction) {
  const validate = (data: unknown): boolean => {
    if (first(data)) return true
    const findings = holdsMoreThan(data, MOST_VALUES) || all(data) ? first.errors : all.errors
    validate.errors = findings ?? null
    return false
  }
  validate.errors = null as ErrorObject[] | null
  return validate
}

/** Counts values without recursion, since a body may be nested as deeply as it is long. */
function holdsMoreThan(data: unknown, most: number): boolean {
  const open = [data]
  for (let count = 0; open.length > 0; count++) {
    if (count + open.length > most) return true
    const value = open.pop()
    if (value !== null && typeof value === 'object')
      for (const inner of Object.values(value)) open.push(inner)
  }
  return false
}

function formats(ajv: Ajv): Ajv {
  ajvFormats.default(ajv)
  return ajv
}

/** Ajv's findings as `errors[]`, the first hundred; `part` is fastify's name of the place: body, querystring, params or headers. */
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
  const distinct = list.filter(({ pointer, detail }) => {
    const id = `${pointer} ${detail}`
    return seen.has(id) ? false : seen.add(id)
  })
  return distinct.slice(0, MOST_FAULTS)
}

/** One step of a JSON Pointer (RFC 6901). */
export function pointerSegment(name: string): string {
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
}

function pointerOf(finding: FastifySchemaValidationError | ErrorObject, part: string | undefined): string {
  const named = finding.params.additionalProperty ?? finding.params.missingProperty
  const segment = typeof named === 'string' ? pointerSegment(named) : ''
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
