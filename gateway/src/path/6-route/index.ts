import type { onRequestHookHandler } from 'fastify'
import { groupOf, insufficientScope, metadataGuide, presentedIn } from '../../proofs/index.ts'
import { enter, routerPattern, type Stage } from '../context.ts'
import { createCallerTokens } from './caller-token.ts'
import { useRouteFinder } from './find-route.ts'
import { createForwardHeaders } from './forward-headers.ts'
import { useOwnRoutes } from './own-routes.ts'
import { planOf } from './plan.ts'
import { missingScope } from './scopes.ts'
import { createKnownPaths, useUnmatched } from './unmatched.ts'

const NAME = '6-route'

/**
 * Mounts each manifest in a scope of its own, and the gateway's own routes beside them. Refuses a missing scope
 * (403), an unknown path (404) and a method the path does not have (405); gives the service the caller token.
 */
export const route: Stage = {
  name: NAME,

  install: (app, gateway) => {
    const { settings, policy, callerKey, clock } = gateway
    const callerTokens = createCallerTokens(callerKey, clock)
    const addForwardHeaders = createForwardHeaders(settings)
    const paths = createKnownPaths()

    // Bodies travel as they are: with a parser left over, text/plain would be decoded on the way.
    app.removeAllContentTypeParsers()
    useRouteFinder(app)
    useUnmatched(app, paths)
    useOwnRoutes(app, gateway, paths)

    const prepare: onRequestHookHandler = (request, _reply, done) => {
      enter(request, NAME)
      const { plan, client } = request
      if (plan === null || client === null) {
        // A public route may have a check of its own, such as the client's secret at a token endpoint, or the proof of
        // the key that a token shall be bound to.
        const { authorization, dpop } = request.raw.headers
        addForwardHeaders(request, authorization)
        if (dpop !== undefined) request.onward.push('dpop', dpop as string)
        return done()
      }
      const lacking = missingScope(plan, client)
      if (lacking !== undefined) {
        request.verdict = 'forbidden'
        const guide = metadataGuide(settings.PUBLIC_URL, groupOf(plan.pattern))
        const scheme = presentedIn(request.raw.headers.authorization)?.scheme ?? 'Bearer'
        return done(insufficientScope(guide, scheme, lacking.scope, lacking.words))
      }
      const token = callerTokens(client, plan.service as string)
      if (typeof token === 'string') {
        addForwardHeaders(request, token)
        return done()
      }
      token.then((made) => {
        addForwardHeaders(request, made)
        done()
      }, done)
    }

    for (const { service, routes } of policy.current().manifests) {
      app.register(async (scope) => {
        scope.addHook('onRequest', prepare)
        for (const entry of routes) {
          paths.note(routerPattern(entry.path), entry.methods)
          scope.carry(scope, planOf(service, entry, settings.BODY_LIMIT), entry.methods)
        }
      })
    }
  },
}
