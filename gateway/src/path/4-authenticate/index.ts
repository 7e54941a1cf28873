import type { FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import { Refusal } from '../../errors/refusal.ts'
import { createHolders, type Flaw, hasTokenInQuery, type Presented, presentedIn } from '../../proofs/index.ts'
import { type Client, isCanonicalToken, KeysUnreachable, TokenRefused } from '../../tokens/index.ts'
import { enter, type Stage } from '../context.ts'
import { useChallenges } from './challenge.ts'
import { callOf } from './token-call.ts'

const NAME = '4-authenticate'

/**
 * Sets `request.client`, or refuses: no credential, a bad one, or a bound one without the proof of its holder (401), a
 * token and a key or two tokens at once (400), keys of issuers never fetched yet (503). Denies by default: a matched route is open only where its plan says public; what
 * matches no route has nothing to protect.
 */
export const authenticate: Stage = {
  name: NAME,

  install: (app, { settings, tokens, keys, clock }) => {
    const challengesOf = useChallenges(app, settings.PUBLIC_URL, keys.on)
    const holders = createHolders(clock)

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
      const challenges = challengesOf(request.plan)
      const verdict = keys.judge(text)
      request.keyId = verdict.id
      if (verdict.client !== null) {
        if (request.plan !== null && request.plan.proof !== null) return challenges.unboundKey()
        admit(request, verdict.client)
        return undefined
      }
      request.cause = verdict.flaw
      return challenges.badKey(verdict.flaw !== 'API_KEY_FORM')
    }

    /** The token is good; whether it is in the right hands is asked anew with every call. */
    function settle(
      request: FastifyRequest,
      client: Client,
      presented: Presented,
      done: HookHandlerDoneFunction,
    ): void {
      const { plan } = request
      const demand = plan === null ? null : plan.proof
      // As nearly all are: whoever has it may use it.
      if (client.confirmation === null && demand === null && presented.scheme === 'Bearer') {
        admit(request, client)
        done()
        return
      }
      const end = (flaw: Flaw | null): void => {
        if (flaw === null) admit(request, client)
        else request.cause = flaw.code
        done(flaw === null ? undefined : challengesOf(plan).misheld(flaw))
      }
      const flaw = holders.flawOf(client, presented, demand, callOf(request, settings.PUBLIC_URL))
      if (flaw instanceof Promise) flaw.then(end, done)
      else end(flaw)
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
      const presented = presentedIn(authorization)
      const challenges = challengesOf(plan)
      if (presented === undefined) return done(challenges.noToken())
      if (hasTokenInQuery(request.raw.url as string)) return done(challenges.ambiguous())
      const { scheme, token } = presented
      if (!isCanonicalToken(token)) return done(challenges.badToken(scheme, 'The token is malformed'))
      const client = tokens.recall(token)
      if (client !== undefined) return settle(request, client, presented, done)
      tokens.learn(token).then(
        (learnt) => settle(request, learnt, presented, done),
        (error: unknown) => {
          if (error instanceof TokenRefused) return done(challenges.badToken(scheme, error.message, error))
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
