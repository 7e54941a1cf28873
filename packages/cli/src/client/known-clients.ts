import { readCredentials, readRunning, stockgateHome } from '@stockgate/stack/home'

type Environment = Readonly<Record<string, string | undefined>>

const DEFAULT_GATEWAY = 'http://127.0.0.1:8080'
const DEFAULT_ADMIN = 'http://127.0.0.1:9090'

/**
 * The gateway a command talks to: the `--gateway` option, else `STOCKGATE_URL`, else the stack that last ran from
 * this state folder, else the default address. Throws a TypeError when what was given is not an http(s) URL.
 */
export function gatewayUrl(option: string | undefined, env: Environment = process.env): URL {
  const running = readRunning(stockgateHome(env))?.gateway
  return addressOf('a gateway', DEFAULT_GATEWAY, option ?? (env.STOCKGATE_URL || undefined) ?? running)
}

/**
 * The admin listener a command talks to: the `--admin` option, else `STOCKGATE_ADMIN_URL`, else the stack that last
 * ran from this state folder, else the default address. Throws a TypeError when what was given is no http(s) URL.
 */
export function adminUrl(option: string | undefined, env: Environment = process.env): URL {
  const running = readRunning(stockgateHome(env))?.admin || undefined
  const given = option ?? (env.STOCKGATE_ADMIN_URL || undefined) ?? running
  return addressOf('an admin listener', DEFAULT_ADMIN, given)
}

function addressOf(what: string, fallback: string, given = fallback): URL {
  const parsed = URL.parse(given)
  if (!parsed || !/^https?:$/.test(parsed.protocol))
    throw new TypeError(`"${given}" is not the address of ${what}: expected something like ${fallback}`)
  return parsed
}

/**
 * The secret of a client: the `--secret` option, else `STOCKGATE_CLIENT_SECRET`, else what `pnpm start` left in the
 * state folder for the seeded development clients. Undefined when nobody knows it.
 */
export function clientSecret(
  clientId: string,
  option: string | undefined,
  env: Environment = process.env,
): string | undefined {
  return option ?? env.STOCKGATE_CLIENT_SECRET ?? readCredentials(stockgateHome(env))[clientId]
}

/** The clients this machine knows a secret of. */
export function knownClients(env: Environment = process.env): string[] {
  return Object.keys(readCredentials(stockgateHome(env)))
}
