// What two whole gateways admit while their Redis fails in four ways, under a load above the limit all the time.
// `node gateway/scripts/store-failures.ts [seconds of outage]` prints a table; nothing is asserted here.
import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTestIssuer, recordingUpstream, startRedis, type TestRedis } from '@stockgate/test-kit'
import { type FaultyProxy, faultyProxy } from '../test/kit/faulty-proxy.ts'
import { SHOP, until } from '../test/kit/gateway.ts'
import { folderOf, type GatewayProcess, runGateway, standAlone } from '../test/kit/process.ts'

const QUOTA = 100
/** To each gateway; together three times the limit. */
const PER_SECOND = 150
const OUTAGE_SECONDS = Number(process.argv[2] ?? 5)
const AFTER_SECONDS = 5

/** Ends what was begun, last first. */
class Scope {
  readonly #ends: (() => unknown)[] = []

  teardown(end: () => unknown): void {
    this.#ends.push(end)
  }

  async end(): Promise<void> {
    for (const end of this.#ends.reverse()) await end()
  }
}

interface Answer {
  readonly at: number
  readonly status: number
  readonly took: number
}

interface Stand {
  readonly scope: Scope
  readonly redis: { current: TestRedis }
  readonly proxy: FaultyProxy
  readonly gateways: readonly GatewayProcess[]
  readonly answers: Answer[]
  /** The longest pause of this process, which is client, wire and upstream: what says how far to trust the rest. */
  slowest(): number
}

async function build(onStoreFailure: string): Promise<Stand> {
  const scope = new Scope()
  const redis = { current: await startRedis(scope) }
  const proxy = await faultyProxy(scope, () => redis.current.port)
  const issuer = await createTestIssuer(scope)
  const upstream = await recordingUpstream(scope)
  const tier = { limits: { burst: { quota: QUOTA, window: 1 } }, onStoreFailure }
  const limits = {
    tiers: { standard: tier },
    clients: {},
    defaultTier: 'standard',
    anonymousTier: 'standard',
  }
  const folder = folderOf(scope, { 'limits.json': limits, 'gateway.json': SHOP })
  const gateways = [0, 1].map(() =>
    runGateway(scope, {
      ...standAlone(scope, issuer, upstream.url),
      LIMITS: `${folder}/limits.json`,
      REDIS_URL: `redis://127.0.0.1:${proxy.port}`,
      ADDRESS_LIMIT: '0',
    }),
  )
  const urls = await Promise.all(gateways.map(async (gateway) => (await gateway.ready()).url))
  const authorization = `Bearer ${await issuer.sign({ scope: 'things:read' })}`
  const answers: Answer[] = []
  const agent = new Agent({ keepAlive: true, maxSockets: 500 })
  let asked = performance.now()
  let before = asked
  let slowest = 0
  const timer = setInterval(() => {
    slowest = Math.max(slowest, performance.now() - before)
    before = performance.now()
    for (; asked < performance.now(); asked += 1_000 / PER_SECOND)
      for (const url of urls) ask(`${url}/things`, authorization, agent, answers)
  }, 4)
  scope.teardown(() => {
    clearInterval(timer)
    agent.destroy()
  })
  return { scope, redis, proxy, gateways, answers, slowest: () => slowest }
}

/** Open loop: nobody waits for the answer before the next request. */
function ask(url: string, authorization: string, agent: Agent, answers: Answer[]): void {
  const sent = performance.now()
  const done = (status: number) => {
    answers.push({ at: Date.now(), status, took: performance.now() - sent })
  }
  const call = request(url, { agent, headers: { authorization } }, (answer) => {
    answer.resume().once('end', () => done(answer.statusCode ?? 0))
  })
  call.once('error', () => done(0)).end()
}

const FAILURES: Record<string, { fail(stand: Stand): unknown; mend(stand: Stand): unknown }> = {
  frozen: {
    fail: ({ redis }) => process.kill(redis.current.pid, 'SIGSTOP'),
    mend: ({ redis }) => process.kill(redis.current.pid, 'SIGCONT'),
  },
  'killed, restarted empty': {
    fail: ({ redis }) => redis.current.stop(),
    mend: async ({ redis, scope }) => {
      redis.current = await startRedis(scope)
    },
  },
  'black hole': { fail: ({ proxy }) => proxy.swallow(true), mend: ({ proxy }) => proxy.swallow(false) },
  '500 ms slow': { fail: ({ proxy }) => proxy.delay(250), mend: ({ proxy }) => proxy.delay(0) },
}

async function measure(name: string, onStoreFailure: string): Promise<Record<string, string>> {
  const stand = await build(onStoreFailure)
  const { gateways, answers, scope } = stand
  const failure = FAILURES[name]
  if (failure === undefined) throw new Error(`no such failure: ${name}`)
  try {
    // Long enough for the processes to be warm, the bucket empty and the fleet known as two.
    await sleep(6_000)
    const failed = Date.now()
    await failure.fail(stand)
    await sleep(OUTAGE_SECONDS * 1_000)
    await failure.mend(stand)
    const mended = Date.now()
    await until(
      () => gateways.every((gateway) => told(gateway, 'rate limits are shared again', mended) > 0),
      'back',
    )
    const back = Math.max(...gateways.map((gateway) => told(gateway, 'rate limits are shared again', mended)))
    await sleep(Math.max(back + AFTER_SECONDS * 1_000 - Date.now(), 0) + 200)
    const opened = gateways.map((gateway) =>
      aloneAt(gateway, failed) ? 'already' : told(gateway, 'rate limits are counted', failed) - failed,
    )
    const openings = gateways.map((gateway) => count(gateway, 'rate limits are counted'))
    const during = answers.filter(({ at }) => at >= failed && at < back)
    const perSecond = Array.from({ length: AFTER_SECONDS }, (_, second) =>
      admitted(answers, back + second * 1_000, back + (second + 1) * 1_000),
    )
    return {
      failure: onStoreFailure === 'share' ? name : `${name}, control: ${onStoreFailure}`,
      'breaker open after ms': opened.join(' and '),
      'outages seen': openings.join(' and '),
      'asked / limit': ratio(during.length, back - failed),
      'admitted / limit': ratio(admitted(answers, failed, back), back - failed),
      'most in any 1 s': String(mostInASecond(answers, failed, back + AFTER_SECONDS * 1_000)),
      '5xx, no answer': String(answers.filter(({ status }) => status >= 500 || status === 0).length),
      'answers by status': byStatus(answers),
      'this process stood still for ms': stand.slowest().toFixed(0),
      'longest answer ms': Math.max(...during.map(({ took }) => took)).toFixed(0),
      'shared again after ms': String(back - mended),
      'admitted in each second after': perSecond.join(' '),
    }
  } finally {
    await scope.end()
  }
}

const admitted = (answers: readonly Answer[], from: number, to: number): number =>
  answers.filter(({ at, status }) => status === 200 && at >= from && at < to).length

const ratio = (count: number, milliseconds: number): string =>
  (count / ((QUOTA * milliseconds) / 1_000)).toFixed(3)

function mostInASecond(answers: readonly Answer[], from: number, to: number): number {
  const times = answers
    .filter(({ at, status }) => status === 200 && at >= from && at < to)
    .map(({ at }) => at)
  let most = 0
  for (let first = 0, last = 0; last < times.length; last++) {
    while ((times[last] as number) - (times[first] as number) >= 1_000) first++
    most = Math.max(most, last - first + 1)
  }
  return most
}

function byStatus(answers: readonly Answer[]): string {
  const counts = Object.entries(Object.groupBy(answers, ({ status }) => status))
  return counts.map(([status, of]) => `${status}: ${of?.length}`).join(', ')
}

/** Whether a gateway was on its own already, because this machine was too busy for prompt answers. */
function aloneAt(gateway: GatewayProcess, moment: number): boolean {
  const changes = gateway.lines().filter(({ msg }) => String(msg).startsWith('rate limits are '))
  const last = changes.findLast(({ time }) => Date.parse(String(time)) < moment)
  return String(last?.msg).startsWith('rate limits are counted')
}

function count(gateway: GatewayProcess, beginning: string): number {
  return gateway.lines().filter(({ msg }) => String(msg).startsWith(beginning)).length
}

/** When a gateway first said something after a moment; 0 while it has not. */
function told(gateway: GatewayProcess, beginning: string, after: number): number {
  const times = gateway
    .lines()
    .filter(({ msg }) => String(msg).startsWith(beginning))
    .map(({ time }) => Date.parse(String(time)))
  return times.find((time) => time >= after) ?? 0
}

/** Printed as they come: each takes a quarter of a minute. */
async function print(name: string, onStoreFailure: string): Promise<void> {
  const row = Object.entries(await measure(name, onStoreFailure))
  const lines = row.map(([title, value]) => `  ${title.padEnd(34)} ${value}`)
  process.stdout.write(`${lines.join('\n')}\n\n`)
}

for (const name of Object.keys(FAILURES)) await print(name, 'share')
await print('black hole', 'open')
process.exit(0)
