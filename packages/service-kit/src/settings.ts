import type { TrustedIssuer } from '@stockgate/caller'
import { json, oneOf, port, text, url } from '@stockgate/settings'

/** The settings every service has; a service spreads them into its own table. */
export const serviceSettings = {
  HOST: text({ help: 'Address to listen on.', fallback: '127.0.0.1' }),
  PORT: port({ help: 'Port to listen on; 0 lets the system choose.', fallback: '8080' }),
  DATABASE_URL: url({
    help: 'PostgreSQL database of this service alone.',
    schemes: ['postgres', 'postgresql'],
    secret: true,
  }),
  PUBLIC_URL: url({
    help: 'Public base URL of the API, the origin of problem types.',
    fallback: 'http://127.0.0.1:8080',
  }),
  TRUSTED_ISSUERS: json(readTrustedIssuers, {
    help: 'Whose tokens are accepted: JSON list of `{"issuer", "jwks"}`, `jwks` being the URL of the key set.',
    fallback: '[{"issuer":"urn:stockgate:gateway","jwks":"http://gateway:8080/.well-known/jwks.json"}]',
  }),
  LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    help: 'Least severity that is logged.',
    fallback: 'info',
  }),
}

function readTrustedIssuers(document: unknown): TrustedIssuer[] {
  if (!Array.isArray(document) || document.length === 0)
    throw new Error('expected a JSON list with at least one issuer')
  return document.map((entry) => {
    const { issuer, jwks } = (entry ?? {}) as { issuer?: unknown; jwks?: unknown }
    const keys = typeof jwks === 'string' ? URL.parse(jwks) : null
    if (typeof issuer !== 'string' || !keys) throw new Error('each issuer needs "issuer" and the URL "jwks"')
    return { issuer, keys }
  })
}
