import { randomUUID } from 'node:crypto'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { Refusal, refusalOf } from '../errors/refusal.ts'
import { problemMessage, replyWithProblem } from '../errors/render.ts'
import { type Health, replyWithHealth } from '../health/health.ts'
import type { PolicyStore } from '../policy/index.ts'
import { describePolicy } from './describe-policy.ts'

export interface AdminParts {
  readonly policy: PolicyStore
  readonly publicUrl: string
  readonly readiness: () => Health
}

const newId = (): string => randomUUID().replaceAll('-', '')

/** The operator's listener, kept off the public port: what is in force here, and how the gateway is. */
export function buildAdmin({ policy, publicUrl, readiness }: AdminParts): FastifyInstance {
  const answer = (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
    replyWithProblem(reply, refusalOf(error), publicUrl, request.id)
  const admin = Fastify({
    logger: false,
    requestTimeout: 10_000,
    forceCloseConnections: true,
    genReqId: newId,
    frameworkErrors: answer,
    clientErrorHandler: (_error, socket) => {
      if (socket.writable) socket.end(problemMessage(new Refusal('GW_MESSAGE'), publicUrl, newId()))
      else socket.destroy()
    },
  })
  admin.setErrorHandler(answer)
  admin.setNotFoundHandler(() => {
    throw new Refusal('GW_NO_ROUTE')
  })
  admin.get('/livez', (_request, reply) => replyWithHealth(reply, { status: 'pass' }))
  admin.get('/readyz', (_request, reply) => replyWithHealth(reply, readiness()))
  admin.get('/policy', (_request, reply) =>
    reply.header('cache-control', 'no-store').send(describePolicy(policy.current())),
  )
  return admin
}
