import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  createTestIssuer,
  recordingUpstream,
  type TestIssuer,
  type TestRedis,
  type TestScope,
} from '@stockgate/test-kit'
import { type CallAnswer, call } from '../kit/call.ts'
import { folderOf } from '../kit/folder.ts'
import { type GatewayProcess, runGateway, standAlone } from '../kit/process.ts'

/** What every gateway of a test begins with: plenty, so that only changes are seen. */
export const PLENTY = limitsOf(1_000_000)

export function limitsOf(quota: number): object {
  const tier = (burst: number) => ({ limits: { burst: { quota: burst, window: 1 } } })
  return {
    tiers: { standard: tier(quota), anonymous: tier(quota) },
    clients: {},
    defaultTier: 'standard',
    anonymousTier: 'anonymous',
  }
}

/** One gateway process with an operator at its admin listener. */
export interface Operated {
  readonly process: GatewayProcess
  readonly url: string
  /** The quota that an answer of the public listener names. */
  quota(): Promise<number>
  read(path: string): Promise<CallAnswer>
  /** Applies limits with this quota on top of a revision. */
  apply(quota: number, revision: number, query?: string): Promise<CallAnswer>
}

export interface World {
  /** Starts a gateway; with the same name it has the state of the one before. */
  start(name: string): Promise<Operated>
}

/** Everything some gateways need in common; without Redis each is alone. */
export async function createWorld(t: TestScope, redis?: TestRedis): Promise<World> {
  const upstream = await recordingUpstream(t)
  const issuer = await createTestIssuer(t)
  const limits = join(folderOf(t, { 'limits.json': PLENTY }), 'limits.json')
  const environments = new Map<string, Record<string, string>>()
  return {
    start: async (name) => {
      const env = environments.get(name) ?? {
        ...standAlone(t, issuer, upstream.url),
        LIMITS: limits,
        ADDRESS_LIMIT: '0',
        ...(redis && { REDIS_URL: redis.url }),
      }
      environments.set(name, env)
      const process = runGateway(t, env)
      return operated(process, await process.ready(), issuer)
    },
  }
}

function operated(
  process: GatewayProcess,
  { url, admin }: { url: string; admin: string },
  issuer: TestIssuer,
): Operated {
  const operator = async () => ({
    authorization: `Bearer ${await issuer.sign({ scope: 'ops:read ops:write', client_id: 'ops', sub: 'ops' })}`,
  })
  return {
    process,
    url,
    quota: async () => {
      const { status, headers } = await call(url, '/open')
      if (status !== 200) throw new Error(`the gateway answered ${status}`)
      return Number(/"burst";q=(\d+)/.exec(String(headers['ratelimit-policy']))?.[1])
    },
    read: async (path) => await call(admin, path, { headers: await operator() }),
    apply: async (quota, revision, query = '') =>
      await call(admin, `/limits${query}`, {
        method: 'PUT',
        headers: { ...(await operator()), 'content-type': 'application/json', 'if-match': `"${revision}"` },
        body: JSON.stringify({ document: limitsOf(quota), reason: `quota ${quota}` }),
      }),
  }
}

/** Asks again and again until the answer is this one; what fails meanwhile is no answer. */
export async function eventually<T>(ask: () => Promise<T>, expected: T, patience = 20_000): Promise<void> {
  let last: T | string = 'nothing'
  for (const deadline = Date.now() + patience; Date.now() < deadline; await delay(5)) {
    last = await ask().catch(String)
    if (last === expected) return
  }
  throw new Error(`expected ${expected}, the last answer was ${last}`)
}

/** The history as a gateway tells it: number, reason. */
export async function historyOf({ read }: Operated): Promise<string[]> {
  const { items } = (await read('/limits/revisions?limit=100')).json as {
    items: { revision: number; reason: string }[]
  }
  return items.map(({ revision, reason }) => `${revision} ${reason}`)
}
