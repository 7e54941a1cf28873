import { lookup } from 'node:dns/promises'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import proxy from '@fastify/http-proxy'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isHttp2 } from '../../wire/http2.ts'
import { Cancel, type Dispatch, type RoutePlan, routerPattern, type Stage } from '../context.ts'
import { dnsEndpoints } from './dns-endpoints.ts'
import { type Endpoints, fixedEndpoints } from './endpoints.ts'
import { createRelocate } from './location.ts'
import { passOn } from './pass-on.ts'
import { sendTo } from './send.ts'
import { createTrust } from './trust.ts'

const NAME = '8-upstream'

interface Service {
  readonly endpoints: Endpoints
  readonly dispatch: Dispatch
}

/**
 * Carries requests to services: @fastify/http-proxy mounts the route and lets bodies through unread, our dispatcher does
 * the sending. Answers a transport error as 502, 503 or 504, and lets no hop-by-hop or gateway header back in.
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
        // Its own sending comes behind this and is never reached: it would judge the target once more by another rule,
        // read it as five URLs and copy all headers, at the price of all our checks together.
        preHandler: carrying(dispatch, plan) as never,
      })
    })
  },
}

/** HTTP/2 may send a body without a word about its type or length before; fastify then takes it for none. */
function unannounced(raw: IncomingMessage): Readable | null {
  return isHttp2(raw) && !raw.complete && raw.method !== 'GET' && raw.method !== 'HEAD' ? raw : null
}

/** Sends a request to its service and the answer to its client. The stages before have already decided what is sent. */
function carrying(dispatch: Dispatch, plan: RoutePlan) {
  return (request: FastifyRequest, reply: FastifyReply): void => {
    const { method, raw, body, onward } = request
    request.reply = reply
    dispatch(
      {
        request,
        reply,
        plan,
        method,
        path: raw.url as string,
        headers: onward,
        body: body instanceof Readable ? body : unannounced(raw),
        cancel: new Cancel(),
      },
      (error, answer) => {
        if (answer !== undefined) passOn(answer, request, reply)
        else if (!reply.sent) reply.send(error)
      },
    )
  }
}
