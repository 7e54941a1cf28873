import {
  PROBLEM_JSON,
  ProblemError,
  type ProblemKind,
  type ProblemOptions,
  problems,
  renderProblem,
} from '@stockgate/problem'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isDatabaseOutage } from './database-errors.ts'
import { faultsOf } from './validation.ts'

/** Every error becomes problem+json here; what is not foreseen is logged whole and shown as `internal` only. */
export function useProblems(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const { kind, options } = problemOf(error)
    if (kind.status >= 500) request.log.error({ err: error, problem: kind.slug }, 'request failed')
    return sendProblem(request, reply, kind, options)
  })
}

/** Answers with a problem; the trace id is the request id. */
export function sendProblem(
  request: FastifyRequest,
  reply: FastifyReply,
  kind: ProblemKind,
  options: ProblemOptions = {},
): FastifyReply {
  return reply
    .code(kind.status)
    .headers({ 'cache-control': 'no-store', ...options.headers })
    .type(PROBLEM_JSON)
    .serializer(JSON.stringify)
    .send(renderProblem(kind, request.server.publicUrl, { ...options, traceId: request.id }))
}

const BY_CODE: Readonly<Record<string, readonly [ProblemKind, string]>> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [problems.unsupportedMediaType, 'Send a body of type application/json.'],
  FST_ERR_CTP_BODY_TOO_LARGE: [problems.contentTooLarge, 'The body is larger than 1 MiB.'],
  FST_ERR_CTP_INVALID_JSON_BODY: [problems.malformedJson, 'The body is not valid JSON.'],
  FST_ERR_CTP_EMPTY_JSON_BODY: [problems.malformedJson, 'The body is empty.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    problems.malformedRequest,
    'The body does not have the announced length.',
  ],
  FST_ERR_BAD_URL: [problems.malformedRequest, 'The path is not valid percent-encoded UTF-8.'],
  FST_ERR_MAX_PARAM_LENGTH: [problems.notFound, 'No resource has an id this long.'],
}

/** The kind of problem an error stands for, and what may be told of it. */
export function problemOf(error: FastifyError): { kind: ProblemKind; options: ProblemOptions } {
  if (error instanceof ProblemError) return { kind: error.kind, options: error.options }
  if (error.validation) {
    const kind = error.validationContext === 'body' ? problems.validationError : problems.invalidParameter
    return { kind, options: { errors: faultsOf(error.validation, error.validationContext) } }
  }
  const known = BY_CODE[error.code]
  if (known) return { kind: known[0], options: { detail: known[1] } }
  if (error.statusCode === 400)
    return { kind: problems.malformedJson, options: { detail: 'The body is not valid JSON.' } }
  if (isDatabaseOutage(error))
    return {
      kind: problems.reducedCapacity,
      options: { detail: 'The store is not reachable.', headers: { 'retry-after': '2' } },
    }
  return { kind: problems.internal, options: {} }
}
