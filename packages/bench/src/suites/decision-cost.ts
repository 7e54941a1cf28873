import { fileURLToPath } from 'node:url'
import type { Variant } from '../measure.ts'
import { type ServerProcess, startServer } from '../server-process.ts'

const FASTIFY = server('../../servers/fastify-rate-limit.ts')
const UPSTREAM = server('../../servers/static-upstream.ts')
const GATEWAY = server('../../../../gateway/scripts/bench-server.ts')

export interface DecisionCostParts {
  readonly redisUrl: string
}

/**
 * What one rate-limit decision costs the process that makes it. @fastify/rate-limit decides one window on a bare
 * server; ours decides in a whole gateway, in front of a service that answers at once, whose base has every stage but a
 * limiter that admits everything. Redis is one and the same.
 */
export function decisionCost({ redisUrl }: DecisionCostParts): Variant[] {
  const fastify = (name: string, LIMIT: string, over: string | null): Variant => ({
    name,
    over,
    start: () => startServer(FASTIFY, { LIMIT, REDIS_URL: redisUrl }),
  })
  const gateway = (name: string, env: Record<string, string>, over: string | null): Variant => ({
    name,
    over,
    start: () => startGateway(env),
  })
  const bare = 'fastify, no limit'
  const admitAll = 'gateway, admits all'
  return [
    fastify(bare, 'none', null),
    fastify('@fastify/rate-limit, 1 window, memory', 'memory', bare),
    fastify('@fastify/rate-limit, 1 window, Redis', 'redis', bare),
    gateway(admitAll, { BENCH_LIMITS: 'none' }, null),
    gateway('gateway, 1 limit, memory', { BENCH_LIMITS: '1' }, admitAll),
    gateway('gateway, 2 limits, memory', { BENCH_LIMITS: '2' }, admitAll),
    gateway('gateway, 4 kinds of limit, memory', { BENCH_LIMITS: '4' }, admitAll),
    gateway('gateway, 1 limit, Redis', { BENCH_LIMITS: '1', BENCH_REDIS_URL: redisUrl }, admitAll),
    gateway('gateway, 2 limits, Redis', { BENCH_LIMITS: '2', BENCH_REDIS_URL: redisUrl }, admitAll),
    gateway('gateway, 4 kinds of limit, Redis', { BENCH_LIMITS: '4', BENCH_REDIS_URL: redisUrl }, admitAll),
  ]
}

/** A gateway with a service behind it; only the gateway's own time is told. */
async function startGateway(env: Readonly<Record<string, string>>): Promise<ServerProcess> {
  const upstream = await startServer(UPSTREAM)
  try {
    const gateway = await startServer(GATEWAY, { ...env, BENCH_UPSTREAM: upstream.url })
    return {
      ...gateway,
      stop: async () => {
        await gateway.stop()
        await upstream.stop()
      },
    }
  } catch (error) {
    await upstream.stop()
    throw error
  }
}

function server(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url))
}
