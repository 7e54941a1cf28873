import { ProblemError, problems } from '@stockgate/problem'
import { queryFault } from '@stockgate/service-kit'

type Document = Record<string, unknown>
/** Chosen properties; null means the whole value. */
type Choice = Map<string, Choice | null>

/**
 * Reads `fields=id,stock(available)` into a function that keeps just these properties. `known` is the list of the
 * properties there are, an inner list standing for the properties of one. 400 for any other name.
 */
export function projection(fields: string | undefined, known: KnownFields): (document: Document) => Document {
  if (fields === undefined) return (document) => document
  const choice = read(fields, known)
  return (document) => pick(document, choice)
}

export interface KnownFields {
  readonly [name: string]: true | KnownFields
}

function read(fields: string, known: KnownFields): Choice {
  const choice: Choice = new Map()
  const parts = fields.match(/[^,()]+(?:\([^()]*\))?/g) ?? []
  if (parts.join(',') !== fields) throw unknown(fields)
  for (const part of parts) {
    const [, name = '', inner] = /^([^(]+)(?:\((.*)\))?$/.exec(part) ?? []
    const below = Object.hasOwn(known, name) ? known[name] : undefined
    if (below === undefined || (inner !== undefined && below === true)) throw unknown(part)
    choice.set(name, inner === undefined ? null : read(inner, below as KnownFields))
  }
  return choice
}

function pick(document: Document, choice: Choice): Document {
  return Object.fromEntries(
    [...choice].map(([name, inner]) => [
      name,
      inner === null ? document[name] : pick(document[name] as Document, inner),
    ]),
  )
}

function unknown(part: string): ProblemError {
  const detail = `cannot choose ${part.slice(0, 60)}`
  return new ProblemError(problems.invalidParameter, { errors: [queryFault('fields', detail)] })
}
