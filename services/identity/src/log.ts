import type Provider from 'oidc-provider'
import type { errors, KoaContextWithOIDC } from 'oidc-provider'
import type { Logger } from 'pino'

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
