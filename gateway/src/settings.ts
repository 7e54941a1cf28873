import { fileURLToPath } from 'node:url'
import {
  integer,
  oneOf,
  optionalUrl,
  port,
  readSettings,
  type Setting,
  type SettingTable,
  type SettingValues,
  text,
} from '@stockgate/settings'
import { readAddresses } from './settings/addresses.ts'
import { readIssuers } from './settings/issuers.ts'
import { pepper } from './settings/pepper.ts'
import { readUpstreams } from './settings/upstreams.ts'

export type { Issuer } from './settings/issuers.ts'
export type { Upstreams } from './settings/upstreams.ts'

/** Everything a gateway is told by its environment. Fixed for a process; what may change while it runs is policy. */
export const settingTable = {
  PORT: port({ help: 'Port of the public listener.', fallback: '8080' }),
  HOST: text({ help: 'Address of the public listener.', fallback: '127.0.0.1' }),
  ADMIN_PORT: port({ help: 'Port of the admin listener.', fallback: '9090' }),
  ADMIN_HOST: text({
    help: 'Address of the admin listener; keep it off public networks.',
    fallback: '127.0.0.1',
  }),
  PUBLIC_URL: publicUrl({
    help: 'Origin under which clients reach the gateway: in problem types and resource metadata.',
    fallback: '',
    fallbackHelp: '`http://127.0.0.1:<PORT>`',
  }),
  MANIFESTS: list({
    help: 'Comma list of gateway.json files, or folders that hold `*/gateway.json` or `*.json`.',
  }),
  LIMITS: text({
    help: 'The limits.json a gateway without a history begins with; afterwards `stockgate limits apply` decides.',
    fallback: fileURLToPath(new URL('../policy/limits.json', import.meta.url)),
    fallbackHelp: '`gateway/policy/limits.json`',
  }),
  UPSTREAMS: {
    help: 'Where services are: `products=http://127.0.0.1:4001,orders=http://a:8080|http://b:8080`.',
    fallback: '',
    fallbackHelp: '`http://<service>:8080`, every address DNS knows',
    parse: readUpstreams,
  },
  ISSUERS: {
    help: 'JSON list of `{"issuer","audience","jwks","algorithms"}`, or a file with it; `jwks` is a URL or a file.',
    parse: readIssuers,
  },
  REDIS_URL: optionalUrl({
    help: 'Redis that several gateways share for limits, policy and API keys; without it each is alone.',
    schemes: ['redis', 'rediss'],
  }),
  STATE: text({
    help: 'Folder of this gateway alone: every revision of the limits, API keys, what it knows of other gateways.',
    fallback: '.stockgate/gateway',
  }),
  KEY_PEPPER: pepper({
    help: 'Secret that API keys are sealed with, the same for all gateways; without it there are no API keys.',
  }),
  CALLER_KEY: text({
    help: 'File of the private JWK that signs caller tokens; made when absent.',
    fallback: '.stockgate/gateway/caller-key.json',
  }),
  TRUST_PROXY: {
    help: 'Addresses or CIDR blocks of load balancers whose X-Forwarded-For is believed.',
    fallback: '',
    parse: readAddresses,
  },
  RATE_LIMIT_DRAFT: oneOf(['11', '07'], {
    help: 'Revision of the IETF draft in whose syntax the RateLimit fields are written.',
    fallback: '11',
  }),
  ADDRESS_LIMIT: integer({
    help: 'Requests per second and client address before anything is checked; 0 turns the guard off.',
    fallback: '1000',
    min: 0,
    max: 1_000_000,
  }),
  BODY_LIMIT: integer({
    help: 'Largest request body in bytes.',
    fallback: '1048576',
    min: 1,
    max: 1_073_741_824,
  }),
  REQUEST_TIMEOUT_MS: integer({
    help: 'Time a client has to send one whole request.',
    fallback: '30000',
    min: 1_000,
    max: 600_000,
  }),
  SERVICE_CONCURRENCY: integer({
    help: 'Requests in flight to one service; more are answered 503 at once.',
    fallback: '256',
    min: 1,
    max: 100_000,
  }),
  UPSTREAM_CONNECTIONS: integer({
    help: 'Connections to one endpoint of a service.',
    fallback: '256',
    min: 1,
    max: 100_000,
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
  return Object.freeze({ ...values, PUBLIC_URL: values.PUBLIC_URL ?? `http://127.0.0.1:${values.PORT}` })
}

function publicUrl(rest: {
  help: string
  fallback: string
  fallbackHelp: string
}): Setting<string | undefined> {
  return {
    ...rest,
    parse: (value) => {
      if (value === '') return undefined
      const url = URL.parse(value)
      const plain = url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search && !url.hash
      if (!plain || url.username)
        throw new Error(`expected an origin like https://api.example, got "${value}"`)
      return url.origin
    },
  }
}

function list(rest: { help: string }): Setting<readonly string[]> {
  return {
    ...rest,
    parse: (value) => {
      const items = value.split(',').map((item) => item.trim())
      if (items.includes('')) throw new Error('expected a comma list of files or folders')
      return items
    },
  }
}
