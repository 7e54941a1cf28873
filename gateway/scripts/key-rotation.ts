// Rotates the keys of an issuer under load and a flood of unknown kids, then takes the issuer away.
// `node gateway/scripts/key-rotation.ts [--rotations 20] [--valid 50000] [--flood 2000] [--gateways 2] [--control]`
// prints what became of every token, the fetches seen at the issuer, and ends with 1 where a promise was broken.
// --control signs with a key the moment it is published: then valid tokens must be refused.
import { createServer } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { SHOP } from '../test/kit/gateway.ts'
import { folderOf, type GatewayProcess, runGateway } from '../test/kit/process.ts'
import { AUDIENCE, ISSUER, type RotatingIssuer, startRotatingIssuer } from './key-rotation/issuer.ts'
import { ask, startLoad, type Tally } from './key-rotation/load.ts'

const { values } = parseArgs({
  options: {
    rotations: { type: 'string', default: '20' },
    valid: { type: 'string', default: '50000' },
    flood: { type: 'string', default: '2000' },
    gateways: { type: 'string', default: '2' },
    control: { type: 'boolean', default: false },
  },
})
const [rotations, valid, floodPerSecond, count] = [
  values.rotations,
  values.valid,
  values.flood,
  values.gateways,
].map(Number) as [number, number, number, number]
/** From the start of the flood to the first rotation: its first seconds may use up the budget. */
const WARM_UP_MS = 32_000
/** From showing a key to signing with it: longer than the pause between fetches in a flood. */
const LEAD_MS = values.control ? 0 : 18_000
const LINGER_MS = 2_000
const ROTATION_MS = 20_000

/** Whether the former key is signed with as well. */
let mixed = false
let turns = 0
const ends: (() => unknown)[] = []
const scope = { teardown: (end: () => unknown) => void ends.push(end) }
const print = (line: string): void => void process.stdout.write(`${line}\n`)
const broken: string[] = []
function promise(holds: boolean, what: string): void {
  print(`${holds ? 'ok    ' : 'BROKEN'}  ${what}`)
  if (!holds) broken.push(what)
}

try {
  await main()
} finally {
  for (const end of ends.reverse()) await end()
}
process.exitCode = broken.length > 0 ? 1 : 0

async function main(): Promise<void> {
  const issuer = await startRotatingIssuer(scope)
  const upstream = await startUpstream()
  const names = Array.from({ length: count }, (_, i) => `gateway-${i + 1}`)
  const envs = names.map((name) => envOf(issuer.urlFor(name), upstream.url))
  let gateways = envs.map((env) => runGateway(scope, env))
  let urls = await urlsOf(gateways)

  const seconds = (WARM_UP_MS + rotations * ROTATION_MS) / 1000
  const perSecond = Math.ceil(valid / seconds)
  print(
    `${count} gateways, ${rotations} rotations of ${ROTATION_MS / 1000} s, keys shown ${LEAD_MS / 1000} s ahead`,
  )
  print(`${perSecond} valid tokens a second, up to ${floodPerSecond} with random kids, ${seconds} s`)
  const began = performance.now()
  const load = startLoad({ urls, validPerSecond: perSecond, floodPerSecond, key: () => keyOf(issuer) })
  await sleep(WARM_UP_MS)
  const dying: Promise<number>[] = []
  for (let turn = 0; turn < rotations; turn++) {
    const turnBegan = performance.now()
    issuer.publishNext()
    await sleep(LEAD_MS)
    issuer.switchToNext()
    mixed = true
    await sleep(LINGER_MS - 500)
    mixed = false
    // What is under way with the old key shall arrive before it is withdrawn.
    await sleep(500)
    issuer.withdrawPrevious()
    dying.push(...urls.map((url) => deathOf(url, issuer)))
    await sleep(Math.max(0, ROTATION_MS - (performance.now() - turnBegan)))
  }
  await load.stop()
  const took = (performance.now() - began) / 1000
  report(issuer, load.valid, load.flood, took, await Promise.all(dying))
  if (values.control) return

  // Until the flood is forgotten.
  await sleep(31_000)
  issuer.publishNext()
  issuer.switchToNext()
  const learnt = await Promise.all(urls.map((url) => secondsUntil(200, url, () => fresh(issuer))))
  promise(
    Math.max(...learnt) <= 5,
    `in calm a key used the moment it is shown works after ${Math.max(...learnt).toFixed(1)} s`,
  )
  issuer.withdrawPrevious()
  const calm = await Promise.all(urls.map((url) => deathOf(url, issuer)))
  promise(Math.max(...calm) <= 60, `in calm a withdrawn key is dead after ${Math.max(...calm).toFixed(1)} s`)

  await issuer.close()
  promise(
    (await tally(urls, issuer, 1_000)).get(200) === 1_000,
    'issuer gone: 1,000 fresh tokens of known keys pass',
  )
  for (const { child } of gateways) child.kill('SIGKILL')
  await Promise.all(gateways.map(({ exited }) => exited))
  gateways = envs.map((env) => runGateway(scope, env))
  urls = await urlsOf(gateways)
  promise(
    (await tally(urls, issuer, 1_000)).get(200) === 1_000,
    'killed and started again without it: 1,000 fresh tokens pass',
  )
  const blank = runGateway(scope, envOf(issuer.urlFor('blank'), upstream.url))
  const [blankUrl] = (await urlsOf([blank])) as [string]
  promise((await tally([blankUrl], issuer, 20)).get(503) === 20, 'one that never saw its keys says 503')
}

/** Now and then the former key, where both are good. */
function keyOf(issuer: RotatingIssuer) {
  return mixed && turns++ % 3 === 0 && issuer.previous !== undefined ? issuer.previous : issuer.current
}

function fresh(issuer: RotatingIssuer): string {
  return issuer.current.token({ scope: 'things:read' })
}

async function tally(urls: readonly string[], issuer: RotatingIssuer, requests: number): Promise<Tally> {
  const answers: Tally = new Map()
  for (let i = 0; i < requests; i++) {
    const status = await ask(urls[i % urls.length] as string, fresh(issuer))
    answers.set(status, (answers.get(status) ?? 0) + 1)
  }
  return answers
}

/** Seconds until a remembered token of the withdrawn key is refused. */
function deathOf(url: string, issuer: RotatingIssuer): Promise<number> {
  const token = issuer.previous?.token({ scope: 'things:read' }) as string
  return secondsUntil(401, url, () => token)
}

/** As many as we wait where it never happens. */
async function secondsUntil(status: number, url: string, token: () => string): Promise<number> {
  const began = performance.now()
  while (performance.now() - began < 70_000) {
    if ((await ask(url, token())) === status) break
    await sleep(250)
  }
  return (performance.now() - began) / 1000
}

function report(issuer: RotatingIssuer, good: Tally, flood: Tally, took: number, deaths: number[]): void {
  const total = (tally: Tally): number => [...tally.values()].reduce((sum, one) => sum + one, 0)
  const refused = total(good) - (good.get(200) ?? 0)
  print(
    `answers to valid tokens ${JSON.stringify(Object.fromEntries(good))}, to random kids ${JSON.stringify(Object.fromEntries(flood))}`,
  )
  promise(refused === 0 && total(good) >= valid, `${total(good)} valid tokens, ${refused} refused`)
  promise(
    flood.get(401) === total(flood),
    `${total(flood)} tokens of random kids, ${flood.get(401) ?? 0} of them 401, ${Math.round(total(flood) / took)} a second`,
  )
  promise(
    Math.max(...deaths) <= 60,
    `${rotations} keys withdrawn: the slowest was dead after ${Math.max(...deaths).toFixed(1)} s`,
  )
  for (const [gateway, times] of issuer.fetches) {
    // The first is that of the start.
    const inFlood = times.slice(1)
    const densest = Math.max(
      ...inFlood.map((at) => inFlood.filter((one) => one >= at && one - at < 29_900).length),
    )
    promise(
      densest <= 2,
      `${gateway}: ${times.length} fetches in ${Math.round(took)} s, at most ${densest} in any 30 s of the flood`,
    )
  }
}

/** Where they listen; what they log afterwards is not kept. */
async function urlsOf(gateways: readonly GatewayProcess[]): Promise<string[]> {
  const urls = await Promise.all(gateways.map(async (gateway) => (await gateway.ready()).url))
  const forget = setInterval(() => {
    for (const { output } of gateways) output.stdout = ''
  }, 500)
  scope.teardown(() => clearInterval(forget))
  return urls
}

function envOf(jwks: string, upstream: string): Record<string, string> {
  const tier = { limits: { burst: { quota: 1_000_000, window: 1 } } }
  const limits = {
    tiers: { standard: tier },
    clients: {},
    defaultTier: 'standard',
    anonymousTier: 'standard',
  }
  const folder = folderOf(scope, { 'gateway.json': SHOP, 'limits.json': limits })
  return {
    PORT: '0',
    ADMIN_PORT: '0',
    ADDRESS_LIMIT: '0',
    LOG_LEVEL: 'info',
    MANIFESTS: join(folder, 'gateway.json'),
    LIMITS: join(folder, 'limits.json'),
    UPSTREAMS: `shop=${upstream}`,
    ISSUERS: JSON.stringify([{ issuer: ISSUER, audience: AUDIENCE, jwks }]),
    CALLER_KEY: join(folder, 'caller-key.json'),
    STATE: join(folder, 'state'),
  }
}

async function startUpstream(): Promise<{ url: string }> {
  const server = createServer((_request, response) => response.end('{}'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  scope.teardown(() => server.closeAllConnections())
  scope.teardown(() => server.close())
  return { url: `http://127.0.0.1:${(server.address() as { port: number }).port}` }
}
