import type { ProblemKind } from './catalog.ts'

/** The media type of RFC 9457. */
export const PROBLEM_JSON = 'application/problem+json'

/** One fault in a request: `pointer` is a JSON Pointer fragment (`#/lines/0/quantity`) or `?name` / `header:name`. */
export interface ProblemDetail {
  pointer: string
  detail: string
  code?: string
  [extension: string]: unknown
}

/** An RFC 9457 problem document with the extensions of this API. */
export interface Problem {
  type: string
  title: string
  status: number
  detail?: string
  instance?: string
  trace_id?: string
  errors?: ProblemDetail[]
  [extension: string]: unknown
}

export interface ProblemOptions {
  /** What went wrong this time, in one sentence for the caller; never holds secrets or internal addresses. */
  detail?: string
  instance?: string
  errors?: ProblemDetail[]
  /** Further members of the document, such as `violated-policies`. */
  extensions?: Record<string, unknown>
  /** Response headers that belong to the answer, such as `retry-after`. */
  headers?: Record<string, string>
  /** The reason kept for the log; never shown. */
  cause?: unknown
}

/** Throw it anywhere in a handler: the error handler of the deployable renders it as problem+json. */
export class ProblemError extends Error {
  readonly kind: ProblemKind
  readonly statusCode: number
  readonly options: ProblemOptions

  constructor(kind: ProblemKind, options: ProblemOptions = {}) {
    super(options.detail ?? kind.title, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'ProblemError'
    this.kind = kind
    this.statusCode = kind.status
    this.options = options
  }
}

/** The document for a kind. `origin` is the public base URL that serves `/problems/<slug>`. */
export function renderProblem(
  kind: ProblemKind,
  origin: string,
  options: ProblemOptions & { traceId?: string } = {},
): Problem {
  return {
    type: kind.type ?? `${origin}/problems/${kind.slug}`,
    title: kind.title,
    status: kind.status,
    ...(options.detail !== undefined && { detail: options.detail }),
    ...(options.instance !== undefined && { instance: options.instance }),
    ...(options.traceId !== undefined && { trace_id: options.traceId }),
    ...(options.errors && { errors: options.errors }),
    ...options.extensions,
  }
}
