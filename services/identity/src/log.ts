import type { FastifyInstance } from 'fastify'
import type Provider from 'oidc-provider'
import type { errors, KoaContextWithOIDC } from 'oidc-provider'
import type { Logger } from 'pino'

/** One line per request, of which nothing is secret: no header, no body, no query. */
export function useAccessLog(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    if (request.routeOptions.config.open) return
    request.log.info({
      method: request.method,
      route: request.routeOptions.url,
      status: reply.raw.statusCode,
      total_ms: Math.round(reply.elapsedTime * 10) / 10,
    })
  })
}

/** Which client was refused what, and the faults of our own that its answers hide. */
export function useIssuerLog(provider: Provider, logger: Logger): void {
  const refused = (ctx: KoaContextWithOIDC, error: errors.OIDCProviderError) =>
    logger.info(
      {
        client: ctx.oidc.client?.clientId,
        error: error.error,
        reason: error.error_detail ?? error.error_description,
      },
      'request refused',
    )
  provider.on('grant.error', refused)
  provider.on('authorization.error', refused)
  provider.on('server_error', (_ctx, error) => logger.error({ err: error }, 'request failed'))
}
