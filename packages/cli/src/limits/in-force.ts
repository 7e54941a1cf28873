import { join } from 'node:path'
import type { LimitsPolicy } from '@stockgate/policy-schema'
import { ROOT, readRunning, stockgateHome } from '@stockgate/stack/home'
import { adminUrl } from '../client/known-clients.ts'
import { type AdminOptions, openAdmin } from '../commands/admin-options.ts'
import { checkLimits, readLimits } from './policy-file.ts'

const SEED = join(ROOT, 'gateway/policy/limits.json')
const ADVICE = 'To compare with a file instead, name it with --against.'

export interface InForceOptions extends AdminOptions {
  /** A file to take instead. */
  readonly against?: string
}

/** Limits and what a report calls them. */
export interface NamedLimits {
  readonly limits: LimitsPolicy
  readonly name: string
}

/**
 * The limits to compare with: of the file that was named, else those of the gateway that was named or runs here, else,
 * when none runs here, those a gateway starts with. A gateway that was named has to answer.
 */
export async function limitsInForce({ against, ...options }: InForceOptions): Promise<NamedLimits> {
  if (against !== undefined) return { limits: readLimits(against), name: against }
  const admin = adminUrl(options.admin)
  if (options.admin === undefined && !process.env.STOCKGATE_ADMIN_URL) {
    if (!readRunning(stockgateHome())?.admin) return seed('no gateway runs')
    if (!(await answers(admin))) return seed(`no gateway answers at ${admin.origin}`)
  }
  const { revision, document } = await read(options)
  const name = `revision ${revision}, in force at ${admin.origin}`
  return { limits: checkLimits(name, JSON.stringify(document)), name }
}

async function read(options: AdminOptions): Promise<{ revision: number; document: object }> {
  try {
    const call = { method: 'GET', path: '/limits', holds: ['revision', 'document'] } as const
    return (await openAdmin(options).send<{ revision: number; document: object }>(call)).body
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${ADVICE}`, { cause: error })
  }
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
