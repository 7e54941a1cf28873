import type { FastifyRequest } from 'fastify'
import { Refusal } from '../../errors/refusal.ts'
import { bearerOf, type Client, isCanonicalToken, KeysUnreachable, TokenRefused } from '../../tokens/index.ts'
import { enter, type Stage } from '../context.ts'
import { createChallenges } from './challenge.ts'

const NAME = '4-authenticate'

/**
 * Sets `request.client`, or refuses: no credential or a bad one (401), a token and a key at once (400), keys of
 * issuers never fetched yet (503). Denies by default: a matched route is open only where its plan says public; what
 * matches no route has nothing to protect.
 */
export const authenticate: Stage = {
  name: NAME,

  install: (app, { settings, tokens, keys }) => {
    const challenges = createChallenges(settings.PUBLIC_URL, keys.on)

    app.decorate('keysKnown', tokens.keysKnown)
    app.addHook('onListen', (done) => {
      tokens.start()
      done()
    })
    app.addHook('onClose', (_app, done) => {
      tokens.stop()
      done()
    })

    /** An API key is judged from memory: the answer is there at once, whatever else is down. */
    function judgeKey(request: FastifyRequest, text: string): Refusal | undefined {
      const verdict = keys.judge(text)
      request.keyId = verdict.id
      if (verdict.client !== null) {
        admit(request, verdict.client)
        return undefined
      }
      request.cause = verdict.flaw
      return challenges.badKey(verdict.flaw !== 'API_KEY_FORM')
    }

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
      const { authorization, 'x-api-key': key } = request.raw.headers
      if (key !== undefined) {
        // Whichever of the two we believed, the client may have meant the other.
        if (authorization !== undefined) return done(new Refusal('GW_TWO_CREDENTIALS'))
        // Two such headers were refused before, so this is one text.
        return done(judgeKey(request, key as string))
      }
      const token = bearerOf(authorization)
      if (token === undefined) return done(challenges.noToken())
      if (!isCanonicalToken(token)) return done(challenges.badToken('The token is malformed'))
      const client = tokens.recall(token)
      if (client !== undefined) {
        admit(request, client)
        return done()
      }
      tokens.learn(token).then(
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
