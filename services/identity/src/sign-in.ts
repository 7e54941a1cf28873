import { ProblemError, problems } from '@stockgate/problem'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type Provider from 'oidc-provider'
import { errors } from 'oidc-provider'
import { ID } from './client-files.ts'
import { asIssuer } from './mount.ts'
import { messagePage, PAGE_POLICY, signInPage } from './pages.ts'

type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>

/** Where a browser is sent to during a code grant: one page that asks who signs in and what the client may do. */
export function addSignIn(app: FastifyInstance, provider: Provider): void {
  const issuer = new URL(provider.issuer)
  const path = `${issuer.pathname.replace(/\/$/, '')}/interaction/:uid`

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string' },
      (_request, body, done) => done(null, new URLSearchParams(body as string)),
    )

    // Read all the same: a connection closed under a body that still comes takes the refusal with it.
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, _body, done) =>
      done(new ProblemError(problems.unsupportedMediaType, { detail: 'Send the form of the page.' })),
    )

    scope.get(path, async (request, reply) => {
      const interaction = await underWay(request, reply)
      return interaction && page(reply, 200, signInPage(asked(interaction)))
    })

    scope.post(path, async (request, reply) => {
      const interaction = await underWay(request, reply)
      if (!interaction) return reply
      const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams()
      if (form.get('decision') === 'deny') {
        const denied = { error: 'access_denied', error_description: 'the user refused' }
        return resume(request, reply, denied)
      }
      const user = form.get('user')?.trim() ?? ''
      if (!ID.test(user)) return page(reply, 400, signInPage({ ...asked(interaction), refused: user }))
      const grantId = await grant(interaction, user)
      return resume(request, reply, { login: { accountId: user, remember: false }, consent: { grantId } })
    })
  })

  /** The interaction this browser is in the middle of; answers the request itself when there is none. */
  async function underWay(request: FastifyRequest, reply: FastifyReply): Promise<Interaction | undefined> {
    try {
      const interaction = await provider.interactionDetails(asIssuer(request.raw, issuer), reply.raw)
      if (interaction.uid === (request.params as { uid: string }).uid) return interaction
    } catch (error) {
      if (!(error instanceof errors.SessionNotFound)) throw error
    }
    if (!request.headers.accept?.includes('text/html'))
      throw new ProblemError(problems.notFound, { detail: 'There is no such sign-in under way.' })
    page(reply, 404, messagePage('This sign-in has ended', 'Start again from the application you came from.'))
    return undefined
  }

  async function resume(request: FastifyRequest, reply: FastifyReply, result: object): Promise<FastifyReply> {
    const raw = asIssuer(request.raw, issuer)
    const back = await provider.interactionResult(
      raw,
      reply.raw,
      { ...result },
      { mergeWithLastSubmission: false },
    )
    return reply.header('cache-control', 'no-store').redirect(back, 303)
  }

  /** All that was asked for: the page showed it, and the button was pressed. */
  async function grant(interaction: Interaction, user: string): Promise<string> {
    const { client_id: clientId, resource } = interaction.params
    const scopes = asked(interaction).scopes.join(' ')
    const given = new provider.Grant({ accountId: user, clientId: String(clientId) })
    // The provider keeps one list for itself and one per audience, and wants each scope it publishes in its own.
    given.addOIDCScope(scopes)
    for (const audience of [resource].flat()) given.addResourceScope(String(audience), scopes)
    return given.save()
  }
}

function asked({ params }: Interaction): { client: string; scopes: string[] } {
  return {
    client: String(params.client_id),
    scopes: String(params.scope ?? '')
      .split(' ')
      .filter(Boolean),
  }
}

function page(reply: FastifyReply, status: number, html: string): FastifyReply {
  return reply
    .code(status)
    .headers({
      'cache-control': 'no-store',
      'content-security-policy': PAGE_POLICY,
      'referrer-policy': 'no-referrer',
    })
    .type('text/html; charset=utf-8')
    .send(html)
}
