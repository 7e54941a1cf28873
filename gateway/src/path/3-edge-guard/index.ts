import { Refusal } from '../../errors/refusal.ts'
import { faultOfTarget } from '../../wire/target.ts'
import { enter, type Stage } from '../context.ts'
import { useAddressGuard } from './address-guard.ts'
import { useClientCertificates } from './client-certificate.ts'
import { useCors } from './cors.ts'
import { sift } from './headers.ts'

const NAME = '3-edge-guard'

/** Where the router is sent with a target it must not look at. No route can be there: it is refused itself. */
const NOWHERE = '/.'
const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i
const LONGEST_HOST = 261

/**
 * Before any cryptography: refuses an address that floods (429), a target that is not canonical (400, 414) and
 * headers that can be read in two ways (400); keeps back what a client may not say about itself.
 */
export const edgeGuard: Stage = {
  name: NAME,

  options: () => ({
    rewriteUrl: ({ url = '' }) => (faultOfTarget(url) === null ? url : NOWHERE),
  }),

  install: (app, { settings, certificates, clock }) => {
    app.decorate('targetFault', faultOfTarget)
    useAddressGuard(app, settings.ADDRESS_LIMIT)
    app.addHook('onRequest', (request, _reply, done) => {
      enter(request, NAME)
      const { raw } = request
      if (raw.url === NOWHERE) {
        const code = faultOfTarget(request.originalUrl) ?? 'GW_TARGET'
        if (code === 'GW_NO_ROUTE') request.verdict = 'unmatched'
        return done(new Refusal(code))
      }
      const { headers } = raw
      const coding = headers['transfer-encoding']
      if (coding !== undefined && coding.toLowerCase() !== 'chunked')
        return done(new Refusal('GW_TRANSFER_CODING'))
      if (headers.expect !== undefined && headers.expect.toLowerCase() !== '100-continue')
        return done(new Refusal('GW_EXPECTATION'))
      if (!isHost(headers.host)) return done(new Refusal('GW_HOST'))
      const onward = sift(raw.rawHeaders, headers.connection)
      if (typeof onward === 'string') return done(new Refusal(onward))
      request.onward = onward
      done()
    })
    if (certificates?.asksClients) useClientCertificates(app, clock)
    useCors(app, settings.CORS_ORIGINS)
  },
}

function isHost(host: string | undefined): boolean {
  return host !== undefined && host.length <= LONGEST_HOST && HOST.test(host)
}
