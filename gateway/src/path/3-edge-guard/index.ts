import type { FastifyRequest } from 'fastify'
import type { ErrorCode } from '../../errors/catalog.ts'
import { Refusal } from '../../errors/refusal.ts'
import { publicHostRule } from '../../wire/hosts.ts'
import { createMessageCheck } from '../../wire/message.ts'
import { disownForeignMethod } from '../../wire/methods.ts'
import { faultBeforeRouting, hasEncodedSlash } from '../../wire/target.ts'
import { enter, type Stage } from '../context.ts'
import { useAddressGuard } from './address-guard.ts'
import { useClientCertificates } from './client-certificate.ts'
import { useCors } from './cors.ts'
import { staysBehind } from './headers.ts'

const NAME = '3-edge-guard'

/** Where the router is sent with a target it must not look at. No route can be there: it is refused itself. */
const NOWHERE = '/.'
/** Load balancers ask for these by address. */
const PROBES = ['/livez', '/readyz']

/**
 * Before any cryptography: refuses an address that floods (429), a target that is not canonical (400, 414) and a
 * message that can be read in two ways (400, 415, 417, 431); keeps back what a client may not say about itself.
 */
export const edgeGuard: Stage = {
  name: NAME,

  options: ({ settings: { TARGET_BYTES } }) => ({
    rewriteUrl: (raw) => {
      disownForeignMethod(raw)
      const { url = '' } = raw
      return faultBeforeRouting(url, TARGET_BYTES) === null ? url : NOWHERE
    },
  }),

  install: (app, { settings, certificates, clock }) => {
    const { TARGET_BYTES } = settings
    const check = createMessageCheck({
      hosts: publicHostRule(settings),
      headerCount: settings.HEADER_COUNT,
      headerBytes: settings.HEADER_BYTES,
      anyHostFor: PROBES,
      staysBehind,
    })

    app.decorate('targetFault', (target, method) => {
      const fault = faultBeforeRouting(target, TARGET_BYTES)
      if (fault !== null || !hasEncodedSlash(target)) return fault
      return app.routeFor(method, target)?.encodedSlash === true ? null : 'GW_TARGET'
    })

    /** What is wrong with a target, told after routing: `%2F` needs a route that allows it. */
    function targetFault({ raw, originalUrl, plan }: FastifyRequest): ErrorCode | null {
      if (raw.url === NOWHERE) return faultBeforeRouting(originalUrl, TARGET_BYTES) ?? 'GW_TARGET'
      if (plan?.encodedSlash === true || !hasEncodedSlash(raw.url as string)) return null
      // A preflight is no call of its own: it asks about the one that is to follow.
      const wanted = raw.method === 'OPTIONS' ? raw.headers['access-control-request-method'] : undefined
      return wanted === undefined ? 'GW_TARGET' : app.targetFault(raw.url as string, wanted)
    }

    useAddressGuard(app, settings.ADDRESS_LIMIT)
    app.addHook('onRequest', (request, _reply, done) => {
      enter(request, NAME)
      if (app.isPastLast(request)) return done(new Refusal('GW_CONNECTION_OVER', CLOSE))
      const onward: string[] = []
      const fault = check(request.raw, onward)
      // Where the message is in doubt, so is where it ends.
      if (fault !== null) return done(new Refusal(fault, CLOSE))
      const wrongTarget = targetFault(request)
      if (wrongTarget !== null) {
        if (wrongTarget === 'GW_NO_ROUTE') request.verdict = 'unmatched'
        return done(new Refusal(wrongTarget))
      }
      request.onward = onward
      done()
    })
    if (certificates?.asksClients) useClientCertificates(app, clock)
    useCors(app, settings.CORS_ORIGINS)
  },
}

const CLOSE = { headers: { connection: 'close' } }
