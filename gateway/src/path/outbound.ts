import { EventEmitter } from 'node:events'
import type { Readable } from 'node:stream'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Dispatcher } from 'undici'
import type { RoutePlan } from './context.ts'

/** A request on its way to a service. 6-route fills it, 7-resilience guards it, 8-upstream sends it. */
export interface Outbound {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly plan: RoutePlan
  readonly method: string
  /** Path and query, as the client wrote them. */
  readonly path: string
  /** Names and values in turn. */
  readonly headers: string[]
  body: Readable | Buffer | null
  readonly cancel: Cancel
}

/**
 * Gives a call up. undici takes any emitter of `abort` for a signal, at a fraction of the price of an AbortSignal,
 * as long as it has no property `aborted`.
 */
export class Cancel extends EventEmitter {
  reason: Error | null = null

  giveUp(reason: Error): void {
    if (this.reason !== null) return
    this.reason = reason
    this.emit('abort')
  }
}

export type Answer = Dispatcher.ResponseData
export type Done = (error: Error | null, answer?: Answer) => void
/** Carries one request to a service. Calls `done` exactly once. */
export type Dispatch = (outbound: Outbound, done: Done) => void
