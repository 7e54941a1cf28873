import { fileURLToPath } from 'node:url'
import {
  integer,
  oneOf,
  optionalUrl,
  readSettings,
  type SettingTable,
  type SettingValues,
  text,
} from '@stockgate/settings'
import { adminListener } from './settings/admin-listener.ts'
import { identity } from './settings/identity.ts'
import { file, list } from './settings/list.ts'
import { publicLimits, publicListener } from './settings/public-listener.ts'
import { services } from './settings/services.ts'
import { checkTls } from './settings/tls.ts'

export type { Issuer } from './settings/issuers.ts'
export type { Upstreams } from './settings/upstreams.ts'

/** Everything a gateway is told by its environment. Fixed for a process; what may change while it runs is policy. */
export const settingTable = {
  ...publicListener,
  ...publicLimits,
  ...adminListener,
  MANIFESTS: list(
    { help: 'Comma list of gateway.json files, or folders that hold `*/gateway.json` or `*.json`.' },
    file,
  ),
  LIMITS: text({
    help: 'The limits.json a gateway without a history begins with; afterwards `stockgate limits apply` decides.',
    fallback: fileURLToPath(new URL('../policy/limits.json', import.meta.url)),
    fallbackHelp: '`gateway/policy/limits.json`',
  }),
  RATE_LIMIT_DRAFT: oneOf(['11', '07'], {
    help: 'Revision of the IETF draft in whose syntax the RateLimit fields are written.',
    fallback: '11',
  }),
  ...identity,
  ...services,
  REDIS_URL: optionalUrl({
    help: 'Redis that several gateways share for limits, policy and API keys; without it each is alone.',
    schemes: ['redis', 'rediss'],
  }),
  STATE: text({
    help: 'Folder of this gateway alone: every revision of the limits, API keys, what it knows of other gateways.',
    fallback: '.stockgate/gateway',
  }),
  DRAIN_DELAY_MS: integer({
    help: 'After SIGTERM: time to fail readiness and still accept connections, for load balancers to notice.',
    fallback: '0',
    min: 0,
    max: 300_000,
  }),
  DRAIN_TIMEOUT_MS: integer({
    help: 'After that: time requests in flight have to end before their connections are cut.',
    fallback: '15000',
    min: 0,
    max: 600_000,
  }),
  LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'silent'], {
    help: 'Least level that is logged.',
    fallback: 'info',
  }),
} as const satisfies SettingTable

/** The settings of one gateway; `PUBLIC_URL` has no slash at its end. */
export type Settings = Omit<SettingValues<typeof settingTable>, 'PUBLIC_URL'> & {
  readonly PUBLIC_URL: string
}

/** Reads the environment. Throws a SettingError whose one line says what to do. */
export function readGatewaySettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const values = readSettings(settingTable, env)
  checkTls(values)
  const scheme = values.TLS_CERT.length > 0 ? 'https' : 'http'
  return Object.freeze({ ...values, PUBLIC_URL: values.PUBLIC_URL ?? `${scheme}://127.0.0.1:${values.PORT}` })
}
