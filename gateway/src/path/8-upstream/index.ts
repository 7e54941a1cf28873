import { lookup } from 'node:dns/promises'
import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import proxy from '@fastify/http-proxy'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isHttp2 } from '../../wire/http2.ts'
import { Cancel, type Dispatch, type Done, type RoutePlan, routerPattern, type Stage } from '../context.ts'
import { dnsEndpoints } from './dns-endpoints.ts'
import { type Endpoints, fixedEndpoints } from './endpoints.ts'
import { lingering } from './linger.ts'
import { createRelocate } from './location.ts'
import { sendTo } from './send.ts'
import { createTrust } from './trust.ts'

const NAME = '8-upstream'
/** Under this key the request rides through @fastify/reply-from to our dispatcher. */
const kRequest = Symbol('request')

interface Service {
  readonly endpoints: Endpoints
  readonly dispatch: Dispatch
}

/**
 * Carries requests to services: @fastify/http-proxy holds the route and pipes bodies, our dispatcher does the
 * sending. Answers a transport error as 502, 503 or 504, and lets no hop-by-hop or gateway header back in.
 */
export const upstream: Stage = {
  name: NAME,

  install: (app, { settings }) => {
    const services = new Map<string, Service>()
    const origins = [...settings.UPSTREAMS.values()].flat()
    const secure = origins.some((origin) => origin.startsWith('https:'))
    const trust = secure || settings.UPSTREAM_CA !== undefined ? createTrust(settings.UPSTREAM_CA) : undefined
    const told = origins.map((origin) => new URL(origin).host)
    const relocate = createRelocate(function* () {
      yield* told
      for (const { endpoints } of services.values()) yield* endpoints.hosts()
    }, settings.PUBLIC_URL)

    function serviceOf(name: string): Service {
      let service = services.get(name)
      if (service === undefined) {
        const endpoints = endpointsOf(name)
        service = { endpoints, dispatch: app.guarded(name, sendTo(endpoints, NAME, relocate)) }
        services.set(name, service)
      }
      return service
    }

    function endpointsOf(name: string): Endpoints {
      const origins = settings.UPSTREAMS.get(name)
      return origins === undefined
        ? dnsEndpoints(name, settings.UPSTREAM_CONNECTIONS, (host) => lookup(host, { all: true }))
        : fixedEndpoints(origins, settings.UPSTREAM_CONNECTIONS, trust)
    }

    app.addHook('onClose', async () => {
      await Promise.all([...services.values()].map(({ endpoints }) => endpoints.close()))
    })

    app.decorate('carry', (scope, plan, methods) => {
      const name = plan.service as string
      const { dispatch } = serviceOf(name)
      scope.register(proxy, {
        // Names the service only; the dispatcher knows where it is.
        upstream: `http://${name}.invalid`,
        routes: [routerPattern(plan.pattern)],
        httpMethods: [...methods],
        config: { plan },
        undici: { request: dispatcherOf(dispatch, plan) as never },
        // No repeats here: they would be sent without a budget.
        retryMethods: [],
        disableCache: true,
        disableRequestLogging: true,
        internalRewriteLocationHeader: false,
        handler: (request, reply, _dest, options) => {
          request.reply = reply
          // Our dispatcher sends the target the edge has let through. The plugin would judge it once more, by a rule of
          // its own, and refuse a name such as `..a`.
          return (reply as FastifyReply).from('/', options)
        },
        replyOptions: {
          rewriteRequestHeaders: (request) => ({ [kRequest]: request }) as never,
          onResponse: ({ raw }, reply, { stream }) =>
            (reply as FastifyReply).send(
              raw.complete || isHttp2(raw) ? stream : lingering(stream as Readable, raw),
            ),
          onError: (reply, { error }) => reply.send((error as Error).cause ?? error),
        },
      })
    })
  },
}

/** HTTP/2 may send a body without a word about its type or length before; fastify then takes it for none. */
function unannounced(raw: IncomingMessage): Readable | null {
  return isHttp2(raw) && !raw.complete && raw.method !== 'GET' && raw.method !== 'HEAD' ? raw : null
}

/** What @fastify/reply-from calls in place of undici. The stages before have already decided what is sent. */
function dispatcherOf(dispatch: Dispatch, plan: RoutePlan) {
  return (options: { headers: { [kRequest]: FastifyRequest }; body: Readable | '' }, done: Done): void => {
    const request = options.headers[kRequest]
    const { method, raw, onward } = request
    dispatch(
      {
        request,
        reply: request.reply,
        plan,
        method,
        path: raw.url as string,
        headers: onward,
        body: options.body === '' ? unannounced(raw) : options.body,
        cancel: new Cancel(),
      },
      done,
    )
  }
}
