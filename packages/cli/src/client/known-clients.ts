import { readCredentials, readRunning, stockgateHome } from '@stockgate/stack/home'

type Environment = Readonly<Record<string, string | undefined>>

const DEFAULT_GATEWAY = 'http://127.0.0.1:8080'

/**
 * The gateway a command talks to: the `--gateway` option, else `STOCKGATE_URL`, else the stack that last ran from
 * this state folder, else the default address. Throws a TypeError when what was given is not an http(s) URL.
 */
export function gatewayUrl(option: string | undefined, env: Environment = process.env): URL {
  const given =
    option ?? (env.STOCKGATE_URL || undefined) ?? readRunning(stockgateHome(env))?.gateway ?? DEFAULT_GATEWAY
  const parsed = URL.parse(given)
  if (!parsed || !/^https?:$/.test(parsed.protocol))
    throw new TypeError(
      `"${given}" is not the address of a gateway: expected something like ${DEFAULT_GATEWAY}`,
    )
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
