import { join } from 'node:path'
import type { LimitsPolicy } from '@stockgate/policy-schema'
import { ROOT, readRunning, stockgateHome } from '@stockgate/stack/home'
import { clientSecret, gatewayUrl } from '../client/known-clients.ts'
import { createTokenSource } from '../client/token-source.ts'
import { checkLimits, readLimits } from './policy-file.ts'

const SEED = join(ROOT, 'gateway/policy/limits.json')
const ADVICE = 'name a file with --against'

export interface InForceOptions {
  /** A file to take instead. */
  readonly against?: string
  readonly client: string
  readonly secret?: string
}

/** Limits and what a report calls them. */
export interface NamedLimits {
  readonly limits: LimitsPolicy
  readonly name: string
}

/**
 * The limits to compare with: of the file that was named, else those the running gateway has, else, when none runs,
 * those a gateway starts with.
 */
export async function limitsInForce({ against, client, secret }: InForceOptions): Promise<NamedLimits> {
  if (against !== undefined) return { limits: readLimits(against), name: against }
  const running = readRunning(stockgateHome())
  if (!running?.admin) return seed('no gateway runs')
  const admin = new URL(running.admin)
  if (!(await answers(admin))) return seed(`no gateway answers at ${admin.origin}`)
  const known = clientSecret(client, secret)
  if (known === undefined)
    throw new TypeError(`no secret known for the client "${client}": pass --secret, or ${ADVICE}`)
  const token = await createTokenSource({
    gateway: gatewayUrl(undefined),
    clientId: client,
    clientSecret: known,
  }).token()
  const response = await fetch(new URL('/limits', admin), {
    headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
    signal: AbortSignal.timeout(15_000),
  })
  const body = (await response.json().catch(() => ({}))) as Record<string, unknown>
  if (!response.ok) {
    const reason = body.detail ?? body.title ?? 'no reason given'
    throw new TypeError(`${admin.origin} does not show its limits: ${response.status} ${reason}; ${ADVICE}`)
  }
  const name = `revision ${body.revision}, in force at ${admin.origin}`
  return { limits: checkLimits(name, JSON.stringify(body.document)), name }
}

function seed(why: string): NamedLimits {
  return { limits: readLimits(SEED), name: `gateway/policy/limits.json (${why})` }
}

async function answers(admin: URL): Promise<boolean> {
  return fetch(new URL('/livez', admin), { signal: AbortSignal.timeout(2_000) }).then(
    async (response) => {
      await response.body?.cancel()
      return true
    },
    () => false,
  )
}
