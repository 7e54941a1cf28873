import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { PROBLEM_JSON, type ProblemKind, problems, renderProblem } from '@stockgate/problem'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { problemOf, sendProblem } from './errors.ts'

/** Faults found before there is a route, such as a path that is not valid percent-encoding: no hook runs for them. */
export function answerUnroutable(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { kind, options } = problemOf(error)
  reply.header('x-request-id', request.id)
  return sendProblem(request, reply, kind, options)
}

/** Answers what the HTTP parser gave up on. There is no request and no reply, only the socket. */
export function answerUnreadable(publicUrl: string) {
  return (error: NodeJS.ErrnoException, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    const kind = kindOf(error)
    const id = randomUUID()
    const body = JSON.stringify(renderProblem(kind, publicUrl, { traceId: id }))
    socket.end(
      `HTTP/1.1 ${kind.status} ${STATUS_CODES[kind.status]}\r\ncontent-type: ${PROBLEM_JSON}\r\n` +
        `content-length: ${Buffer.byteLength(body)}\r\ncache-control: no-store\r\nx-request-id: ${id}\r\n` +
        `connection: close\r\n\r\n${body}`,
    )
  }
}

function kindOf(error: NodeJS.ErrnoException): ProblemKind {
  if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') return problems.requestTimeout
  if (error.code === 'HPE_HEADER_OVERFLOW') return problems.headerFieldsTooLarge
  return problems.malformedRequest
}
