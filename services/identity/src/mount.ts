import { PROBLEM_JSON, problems, renderProblem } from '@stockgate/problem'
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import type Provider from 'oidc-provider'

/**
 * The endpoints of the provider, below the path of the issuer. Whatever is not listed does not exist; the manifest
 * names the same paths.
 */
const ENDPOINTS: readonly (readonly [method: HTTPMethods, path: string])[] = [
  ['GET', '/.well-known/openid-configuration'],
  ['GET', '/jwks'],
  ['POST', '/token'],
  ['GET', '/auth'],
  ['GET', '/auth/:uid'],
]

/** Headers by which a proxy, or somebody who plays one, tells about the original request. */
const FORWARDING = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
]

/** Gives the endpoints of the provider to the app, as if the request had reached the issuer's own address. */
export function mountProvider(app: FastifyInstance, provider: Provider): void {
  const issuer = new URL(provider.issuer)
  const mount = issuer.pathname.replace(/\/$/, '')
  provider.use(async (ctx, next) => {
    try {
      await next()
    } catch (error) {
      app.log.error({ err: error }, 'request failed')
      ctx.status = problems.internal.status
      ctx.type = PROBLEM_JSON
      ctx.body = JSON.stringify(renderProblem(problems.internal, issuer.origin))
    }
  })
  const handle = provider.callback()

  const pass = (request: FastifyRequest, reply: FastifyReply, path?: string) => {
    const raw = asIssuer(request.raw, issuer)
    const url = request.raw.url ?? '/'
    Object.assign(raw, {
      originalUrl: path ? mount + path : url,
      url: path ?? url.slice(mount.length),
      body: request.body,
    })
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (value !== undefined) reply.raw.setHeader(name, value)
    forgetSession(raw.headers, provider.cookieName('session'))
    reply.hijack()
    return handle(raw, reply.raw)
  }

  app.register(async (scope) => {
    // Read here, though the provider could: fastify ends the connection of a body it will not read to its end, which
    // would otherwise hold up close(). What the body means is the provider's matter.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body))
    for (const [method, path] of ENDPOINTS)
      scope.route({ method, url: mount + path, handler: (request, reply) => pass(request, reply) })
    // Where RFC 8414 puts the metadata of an issuer with a path.
    scope.get(`/.well-known/oauth-authorization-server${mount}`, (request, reply) =>
      pass(request, reply, '/.well-known/openid-configuration'),
    )
  })
}

/**
 * On a development machine one person plays many users, so the page asks every time: without its cookie each sign-in
 * is the first of its browser.
 */
function forgetSession(headers: FastifyRequest['raw']['headers'], name: string): void {
  const kept = headers.cookie?.split(/; */).filter((pair) => !/^[^=]*/.exec(pair)?.[0].startsWith(name))
  if (kept && kept.length > 0) headers.cookie = kept.join('; ')
  else delete headers.cookie
}

/**
 * The provider builds its URLs and the `secure` of its cookies from the request; here they follow from the issuer
 * alone, so that no header of a client can change them.
 */
export function asIssuer<R extends FastifyRequest['raw']>(raw: R, issuer: URL): R {
  for (const name of FORWARDING) delete raw.headers[name]
  raw.headers.host = issuer.host
  raw.headers['x-forwarded-proto'] = issuer.protocol.slice(0, -1)
  return raw
}
