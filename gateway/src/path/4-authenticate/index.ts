import type { FastifyRequest } from 'fastify'
import { Refusal } from '../../errors/refusal.ts'
import { type Client, enter, type Stage } from '../context.ts'
import { bearerOf, isCanonicalToken } from './bearer.ts'
import { createChallenges } from './challenge.ts'
import { fixedKeySet, KeysUnreachable } from './key-set.ts'
import { createTokenMemory, type TokenMemory } from './memory.ts'
import { remoteKeySet } from './remote-key-set.ts'
import { createVerify, TokenRefused, type TrustedIssuer } from './verify.ts'

const NAME = '4-authenticate'

/**
 * Sets `request.client`, or refuses: no token or a bad one (401), keys never fetched yet (503). Denies by default:
 * a matched route is open only where its plan says public; what matches no route has nothing to protect.
 */
export const authenticate: Stage = {
  name: NAME,

  install: (app, { settings, clock, log }) => {
    let memory: TokenMemory
    const issuers = settings.ISSUERS.map((issuer): TrustedIssuer => {
      const { keys } = issuer
      const onKeysGone = (kept: ReadonlySet<string>) => memory.forget(issuer.issuer, kept)
      const keySet =
        keys instanceof URL ? remoteKeySet({ url: keys, log, clock, onKeysGone }) : fixedKeySet(keys)
      return { ...issuer, keySet }
    })
    memory = createTokenMemory(createVerify(issuers, clock), clock)
    const challenges = createChallenges(settings.PUBLIC_URL)

    app.decorate('keysKnown', () => issuers.some(({ keySet }) => keySet.known()))
    app.addHook('onListen', (done) => {
      for (const { keySet } of issuers) keySet.start()
      done()
    })
    app.addHook('onClose', (_app, done) => {
      for (const { keySet } of issuers) keySet.stop()
      done()
    })

    app.addHook('onRequest', (request, _reply, done) => {
      enter(request, NAME)
      const { plan } = request
      if (plan?.auth === 'public') {
        request.verdict = 'public'
        return done()
      }
      // Matched by no route: the answer is 404 or 405 and shows nothing. A route that forgot its plan is closed.
      if (plan === null && request.is404) return done()

      request.verdict = 'unauthenticated'
      const token = bearerOf(request.raw.headers.authorization)
      if (token === undefined) return done(challenges.noToken())
      if (!isCanonicalToken(token)) return done(challenges.badToken('The token is malformed'))
      const client = memory.recall(token)
      if (client !== undefined) {
        admit(request, client)
        return done()
      }
      memory.learn(token).then(
        (learnt) => {
          admit(request, learnt)
          done()
        },
        (error: unknown) => {
          if (error instanceof TokenRefused) return done(challenges.badToken(error.message, error))
          if (error instanceof KeysUnreachable)
            return done(new Refusal('GW_NO_KEYS', { headers: { 'retry-after': '1' }, cause: error }))
          done(error as Error)
        },
      )
    })
  },
}

function admit(request: FastifyRequest, client: Client): void {
  request.client = client
  request.verdict = 'admitted'
}
