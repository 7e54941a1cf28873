import { nearest } from '@stockgate/settings'
import { Ajv, type ErrorObject } from 'ajv'
import type { TSchema } from 'typebox'
import type { PolicyProblem } from './policy.ts'
import { asFragment, pointerTo, shown } from './rule.ts'

const ajv = new Ajv({ allErrors: true, verbose: true, strict: true })
ajv.addVocabulary(['rule', 'mend'])

/** The rules every schema has, besides those written at its nodes as `rule`. */
export const SHAPE_RULES = ['unknown-key', 'missing-key', 'wrong-type'] as const

/** Compiles a schema into a check that reports each fault as a problem, in words of the schema's own nodes. */
export function shapeCheck(schema: TSchema): (document: unknown) => PolicyProblem[] {
  const validate = ajv.compile(schema)
  return (document) => {
    if (validate(document)) return []
    // The fault of a name is told by the schema of the name itself.
    const errors = (validate.errors ?? []).filter(({ keyword }) => keyword !== 'propertyNames')
    const problems = errors.map(problemOf)
    const wrongTypes = new Set(
      problems.filter(({ rule }) => rule === 'wrong-type').map(({ pointer }) => pointer),
    )
    return problems.filter(({ pointer, rule }) => rule === 'wrong-type' || !wrongTypes.has(pointer))
  }
}

interface Node {
  readonly rule?: string
  readonly mend?: string
  readonly type?: string
  readonly properties?: Record<string, Node>
}

function problemOf(error: ErrorObject): PolicyProblem {
  const node = error.parentSchema as Node
  const place = asFragment(error.instancePath)
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = error.params.additionalProperty as string
      const known = Object.keys(node.properties ?? {})
      const near = nearest(key, known)
      const advice = near ? `did you mean "${near}"?` : `known here: ${known.join(', ')}`
      return {
        pointer: place + pointerTo(key).slice(1),
        rule: 'unknown-key',
        message: `${shown(key)} is not known: ${advice}`,
      }
    }
    case 'required': {
      const key = error.params.missingProperty as string
      const mend = node.properties?.[key]?.mend ?? 'add it'
      return {
        pointer: place + pointerTo(key).slice(1),
        rule: 'missing-key',
        message: `"${key}" is missing: ${mend}`,
      }
    }
    case 'type':
      return {
        pointer: place,
        rule: 'wrong-type',
        message: `${shown(error.data)} is not ${TYPES[String(node.type)]}: ${node.mend}`,
      }
    default: {
      const name = error.propertyName
      return {
        pointer: name === undefined ? place : place + pointerTo(name).slice(1),
        rule: node.rule ?? error.keyword,
        message: `${shown(name ?? error.data)} does not fit: ${node.mend}`,
      }
    }
  }
}

const TYPES: Record<string, string> = {
  object: 'an object',
  array: 'a list',
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
}
