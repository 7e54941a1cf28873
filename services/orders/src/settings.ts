import { serviceSettings } from '@stockgate/service-kit'
import { integer, readSettings, text, url } from '@stockgate/settings'

export const settingTable = {
  ...serviceSettings,
  PRODUCTS_URL: url({ help: 'Base URL of the products service.', fallback: 'http://products:8080' }),
  PRODUCTS_TIMEOUT_MS: integer({
    help: 'Milliseconds one call to products may take; after that its outcome is asked for.',
    fallback: '4000',
    min: 50,
    max: 30_000,
  }),
  TOKEN_URL: url({ help: 'Token endpoint of the issuer whose tokens products trusts.' }),
  CLIENT_ID: text({ help: 'Client id of this service at that issuer.', fallback: 'orders' }),
  CLIENT_SECRET: text({ help: 'Its secret.', secret: true }),
  ORDER_DEADLINE: integer({
    help: 'Seconds an order may stay PENDING; then it is taken back and REJECTED.',
    fallback: '600',
    min: 1,
    max: 86_400,
  }),
}

export type Settings = ReturnType<typeof loadSettings>

export function loadSettings(env: Readonly<Record<string, string | undefined>>) {
  return readSettings(settingTable, env)
}
