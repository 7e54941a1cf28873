import { channel } from 'node:diagnostics_channel'
import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import type { CallerKey } from '@stockgate/caller'
import type { Proof, RequestEncoding } from '@stockgate/policy-schema'
import type { Decision, Limiter, LimitPlan, RouteFacts } from '@stockgate/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest, FastifyServerOptions } from 'fastify'
import type { Logger } from 'pino'
import type { Dispatcher } from 'undici'
import type { ErrorCode } from '../errors/catalog.ts'
import type { Health } from '../health/health.ts'
import type { ApiKeys } from '../keys/index.ts'
import type { Verdict } from '../observe/access-line.ts'
import type { DecisionListener, DecisionRecords } from '../observe/records.ts'
import type { PolicySnapshot, PolicyStore } from '../policy/index.ts'
import type { Settings } from '../settings.ts'
import type { Certificates } from '../tls/index.ts'
import type { Client, Tokens } from '../tokens/index.ts'

export type { AccessLine, Verdict } from '../observe/access-line.ts'
export type { Client } from '../tokens/index.ts'

/** What a gateway is made of; `app.ts` gets it, every stage reads it. */
export interface Gateway {
  readonly settings: Settings
  readonly policy: PolicyStore
  readonly limiter: Limiter
  /** What became of the newest requests. */
  readonly records: DecisionRecords
  /** Who counts decisions; costs nothing where nobody does. */
  readonly onDecision: DecisionListener | null
  readonly tokens: Tokens
  readonly keys: ApiKeys
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  readonly callerKey: CallerKey
  /** Of the public listener; without them it speaks plain HTTP. */
  readonly certificates?: Certificates | null
  readonly log: Logger
  /** The OpenAPI document of a service, where its team ships one. */
  readonly openapi: ReadonlyMap<string, object>
}

/** One folder of the request path. */
export interface Stage {
  /** Its folder, number first. */
  readonly name: string
  /** What it needs to say before the server exists. */
  options?(gateway: Gateway): FastifyServerOptions
  install(app: FastifyInstance, gateway: Gateway): void
}

/** What a route demands, worked out once at start: the manifest's entry with its service. */
export interface RoutePlan {
  /** As the manifest writes it: `/products/{product_id}`. */
  readonly pattern: string
  /** Null for the gateway's own routes. */
  readonly service: string | null
  readonly auth: 'bearer' | 'public'
  readonly scopes: readonly string[]
  readonly anyScopes: readonly string[]
  readonly cost: number
  readonly deadlineMs: number
  /** Largest request body in bytes. */
  readonly bodyLimit: number
  /** Whether a parameter of the path may hold `%2F`. */
  readonly encodedSlash: boolean
  /** Content codings a request body may come in. */
  readonly requestEncodings: readonly RequestEncoding[]
  /** How the caller has to show that its token is its own; null where only a bound token has to. */
  readonly proof: Proof | null
  /** What the route adds to the limits of a caller; null for the gateway's own routes, which cost nothing. */
  readonly facts: RouteFacts | null
}

/** `/products/{product_id}` in the router's spelling, `/products/:product_id`. */
export function routerPattern(pattern: string): string {
  return pattern.replace(/\{(\w+)\}/g, ':$1')
}

export interface Trace {
  readonly id: string
  readonly span: string
  readonly flags: string
  /** False when the client sent no usable traceparent: then its tracestate means nothing either. */
  readonly continued: boolean
}

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

/** Emitted once by the body of an answer when its service has nothing more to do with it: all is here, or it broke. */
export const ARRIVED = Symbol('arrived')

/** The body of an answer on its way to the client. */
export interface Passing {
  /** Bytes handed to the connection of the client. */
  readonly passed: number
  /** Whether all of it is here. */
  readonly complete: boolean
}

export type Answer = Dispatcher.ResponseData
export type Done = (error: Error | null, answer?: Answer) => void
/** Carries one request to a service. Calls `done` exactly once. */
export type Dispatch = (outbound: Outbound, done: Done) => void

declare module 'fastify' {
  interface FastifyContextConfig {
    plan?: RoutePlan
  }
  interface FastifyRequest {
    /** Set by 2-access-log; null where no route matched. */
    plan: RoutePlan | null
    trace: Trace
    /** Milliseconds of the process's monotonic clock. */
    startedAt: number
    /** Set by 1-listen: which request of its connection this is, from 1; 0 in HTTP/2. */
    place: number
    /** Of the client, or of the one a trusted balancer names. Empty when the connection was gone at once. */
    address: string
    /** Whether the peer is a trusted balancer, whose word on host and scheme counts too. */
    viaProxy: boolean
    /**
     * Set by 3-edge-guard: SHA-256 of the client certificate of this connection, verified, in base64url as `x5t#S256`
     * (RFC 8705) has it. Null without one.
     */
    clientCertificate: string | null
    /** The policy this request began with and ends on. */
    policy: PolicySnapshot
    verdict: Verdict
    /** Set by 3-edge-guard: names and values in turn of the client's headers that may travel on. */
    onward: string[]
    /** Set by 4-authenticate; null on public routes. */
    client: Client | null
    /** Set by 4-authenticate: the record of the API key, even where it is refused. */
    keyId: string | null
    /** Set where a limit refuses: the names of the limits in the way, separated by spaces. */
    limitHit: string | null
    /** Set by 5-rate-limit: the limits in question, and what was decided. Null where limits do not apply. */
    limitPlan: LimitPlan | null
    decision: Decision | null
    /** When limits were looked at, in milliseconds since the epoch; 0 before. */
    decidedAt: number
    /** Set by 7-resilience while it takes the body in: refuses the request, or cuts it where its answer has begun. */
    giveUp: ((refusal: Error) => void) | null
    /** Counted by 7-resilience: bytes of the body that came in. */
    bodyBytes: number
    /** Set by 7-resilience: the answer of the service. */
    passing: Passing | null
    /** Set by 8-upstream: the Stockgate-Cost of the service's answer. */
    costSaid: string | string[] | null
    /** Set when the response has ended: what the request has cost; null where nothing was taken. */
    settled: number | null
    /** True once the response has ended, in whatever way. */
    over: boolean
    /** Set by 8-upstream: the reply the service's answer goes into. */
    reply: FastifyReply
    /** Set by 8-upstream: where the request went, and the time to the answer's first byte. */
    upstream: string | null
    upstreamMs: number | null
    /** What the gateway refused the request with, or what went wrong after the answer began. */
    error: ErrorCode | null
    cause: string | null
    failure: unknown
    /** The status the client saw, where the answer did not go through a reply. */
    statusSeen: number | null
  }
  interface FastifyInstance {
    /** From 1-listen: true once the process is asked to stop. */
    draining: boolean
    /** From 1-listen: whether the connection of this request ends with an earlier one. */
    isPastLast(request: FastifyRequest): boolean
    /** From 3-edge-guard: what is wrong with the target of a call; null where it is looked up. */
    targetFault(target: string, method: string): ErrorCode | null
    /** From 4-authenticate: whether the keys of any issuer are known. */
    keysKnown(): boolean
    /** From 5-rate-limit: books what a request has cost and frees its places; called once, when its response ended. */
    settleUp(request: FastifyRequest, reply: FastifyReply): void
    /** From 5-rate-limit: what the caller of this request has left. Spends nothing. */
    usageOf(request: FastifyRequest): Promise<object>
    /** From 5-rate-limit: the address, or network, that calls from an address are counted by. */
    countedAddress(address: string): string
    /** From 6-route: the plan of the route a call would meet; null where there is none. */
    routeFor(method: string, path: string): RoutePlan | null
    /** From 6-route: in words, which scope of a route these are short of; null where they suffice. */
    lacking(plan: Pick<RoutePlan, 'scopes' | 'anyScopes'>, scopes: ReadonlySet<string>): string | null
    /** From 6-route: whether requests should be sent here. */
    readiness(): Health
    /** From 7-resilience: wraps the dispatch to one service. */
    guarded(service: string, inner: Dispatch): Dispatch
    /** From 8-upstream: mounts one route of a service in a scope. */
    carry(scope: FastifyInstance, plan: RoutePlan, methods: readonly string[]): void
  }
}

/** Declares what the stages hand on, before any of them runs: every request object has one shape. */
export function declareContext(app: FastifyInstance): void {
  const blank = {
    plan: null,
    trace: null,
    startedAt: 0,
    place: 0,
    address: '',
    viaProxy: false,
    clientCertificate: null,
    policy: null,
    verdict: 'refused',
    onward: null,
    client: null,
    keyId: null,
    limitHit: null,
    limitPlan: null,
    decision: null,
    decidedAt: 0,
    giveUp: null,
    bodyBytes: 0,
    passing: null,
    costSaid: null,
    settled: null,
    over: false,
    reply: null,
    upstream: null,
    upstreamMs: null,
    error: null,
    cause: null,
    failure: undefined,
    statusSeen: null,
  }
  for (const [name, value] of Object.entries(blank)) app.decorateRequest(name, value as never)
}

/** The reply to the last request of a socket, so that a broken message is booked on the request it broke. */
export const replyOnSocket = new WeakMap<Socket, FastifyReply>()

/** Told of every stage a request enters; costs nothing while nobody listens. */
export const trail = channel('stockgate:path')

/** Each stage says so when a request reaches it. */
export function enter(request: FastifyRequest, stage: string): void {
  if (trail.hasSubscribers) trail.publish({ request, stage })
}
