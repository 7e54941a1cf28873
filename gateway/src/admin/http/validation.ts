import type { ProblemDetail } from '@stockgate/problem'
import { Ajv, type ErrorObject } from 'ajv'
import type { FastifyInstance } from 'fastify'
import { Refusal } from '../../errors/refusal.ts'
import { pointerOf } from './pointer.ts'

/** Most faults one answer lists. */
const MOST_FAULTS = 100

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, { readonly type?: string }>>
}

/**
 * Nothing is coerced, dropped or filled in. Queries and paths are texts on the wire, so there alone a text becomes a
 * number or a boolean, and only where it is written in the one plain way.
 */
export function useStrictValidation(app: FastifyInstance): void {
  // Formats are for the description: what has one is read by the code it is for.
  const options = {
    strict: false,
    strictNumbers: true,
    allErrors: true,
    verbose: true,
    validateFormats: false,
  }
  const ajv = new Ajv(options)
  app.setValidatorCompiler(({ schema, httpPart }) => {
    const check = ajv.compile(schema as object)
    const { properties = {} } = schema as ObjectSchema
    return (data: unknown) => {
      if (httpPart !== 'body') readTexts(data as Record<string, unknown>, properties)
      return check(data) ? true : { error: refusalOf(check.errors ?? [], httpPart) }
    }
  })
}

function readTexts(values: Record<string, unknown>, schemas: NonNullable<ObjectSchema['properties']>): void {
  for (const [name, { type }] of Object.entries(schemas)) {
    const value = values[name]
    if (typeof value !== 'string') continue
    if (type === 'integer' && /^(?:0|[1-9]\d{0,14})$/.test(value)) values[name] = Number(value)
    if (type === 'boolean' && /^(?:true|false)$/.test(value)) values[name] = value === 'true'
  }
}

function refusalOf(findings: readonly ErrorObject[], part: string | undefined): Refusal {
  const errors = findings
    .filter(({ keyword }) => keyword !== 'anyOf' && keyword !== 'if')
    .slice(0, MOST_FAULTS)
    .map((finding) => faultOf(finding, part))
  return new Refusal(part === 'body' ? 'GW_INPUT' : 'GW_PARAMETER', { errors })
}

function faultOf(finding: ErrorObject, part: string | undefined): ProblemDetail {
  const named = finding.params.additionalProperty ?? finding.params.missingProperty
  const path = `${finding.instancePath}${typeof named === 'string' ? pointerOf(named) : ''}`
  return { pointer: placeOf(path, part), detail: sentenceOf(finding), code: codeOf(finding) }
}

function placeOf(path: string, part: string | undefined): string {
  if (part === 'querystring') return `?${path.slice(1)}`
  if (part === 'headers') return `header:${path.slice(1)}`
  if (part === 'params') return `/{${path.slice(1)}}`
  return `#${path}`
}

function codeOf({ keyword }: ErrorObject): string {
  if (keyword === 'additionalProperties') return 'unknown-key'
  if (keyword === 'required') return 'missing-key'
  return keyword === 'type' ? 'wrong-type' : 'not-allowed'
}

function sentenceOf({ keyword, params, parentSchema, message }: ErrorObject): string {
  if (keyword === 'additionalProperties') return 'is not known here'
  if (keyword === 'required') return 'is required'
  if (keyword === 'enum') return `must be one of ${(params.allowedValues as unknown[]).join(', ')}`
  if (keyword === 'pattern') {
    const { description } = (parentSchema ?? {}) as { description?: string }
    return description === undefined ? 'is not well formed' : `is not well formed: ${description}`
  }
  return message ?? 'is not valid'
}
