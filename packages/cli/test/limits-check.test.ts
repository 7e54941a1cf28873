import { join, resolve } from 'node:path'
import t, { type Test } from 'tap'
import { command } from './kit/command.ts'
import { file, folder } from './kit/files.ts'

t.setTimeout(120_000)

const ROOT = resolve(import.meta.dirname, '../../..')
const SEED = join(ROOT, 'gateway/policy/limits.json')
const MANIFESTS = ['identity', 'orders', 'products'].map((name) =>
  join(ROOT, `services/${name}/gateway.json`),
)

/** No gateway runs here: a check is for a pipeline, where there is none. */
const check = (t: Test, ...args: string[]) => command(t, ['limits', 'check', ...args]).ended

function draft(t: Test, limits: object, more: object = {}): string {
  const tiers = { only: { limits } }
  return file(t, JSON.stringify({ tiers, clients: {}, defaultTier: 'only', anonymousTier: 'only', ...more }))
}

t.test('the limits that come with the gateway are good, together with every service', async (t) => {
  const { code, stdout, stderr } = await check(t, SEED, '--manifest', ...MANIFESTS)
  t.same([code, stderr], [0, ''])
  t.match(stdout, `${SEED} is good.\n`)
  t.match(
    stdout,
    /\nWhile Redis is away, were there 2 gateways:\n {2}anonymous {2}each of 2 gateways keeps to its share, together at most/,
  )
})

t.test('a draft with the revision it was saved from is judged by its limits alone', async (t) => {
  const path = draft(t, { burst: { quota: 10, window: 1 } }, { $revision: 7 })
  t.match(await check(t, path), { code: 0, stdout: /^\S+ is good\.\n/ })
  const log = file(t, '192.0.2.1 - - [01/Mar/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "<b>"\n')
  const args = ['limits', 'simulate', path, '--traffic', log, '--against', path]
  t.match(await command(t, args).ended, { code: 0, stdout: /refused +0 +0/ })
})

t.test('the worst case is told for as many gateways as are asked about', async (t) => {
  const path = draft(t, { burst: { quota: 2, window: 1 } })
  t.match(
    (await check(t, path, '--gateways', '1')).stdout,
    /only {2}the one gateway keeps to the whole limit: burst 2/,
  )
  t.match((await check(t, path, '--gateways', '3')).stdout, /at most burst 3 instead of 2 per 1 s/)
})

t.test('every fault is told with its place, as text and as JSON, and ends with 1', async (t) => {
  const path = draft(
    t,
    { burst: { quota: 0, window: 1 }, Day: { quota: 5, period: 'week' } },
    { defaultTier: 'gold' },
  )
  const { code, stdout, stderr } = await check(t, path)
  t.equal(code, 1)
  t.match(stdout, /^ {2}#\/tiers\/only\/limits\/burst\/quota {2}0 does not fit: /m)
  t.match(stdout, /^ {2}#\/tiers\/only\/limits\/Day/m)
  t.match(stderr, /breaks \d rules\n$/)
  const json = await check(t, path, '--json')
  t.same([json.code, json.stderr], [1, ''])
  t.match(JSON.parse(json.stdout), { valid: false, errors: [{ pointer: /^#\/tiers/, rule: String }] })
})

t.test('a route that nobody could call any more is a fault, in the manifest it stands in', async (t) => {
  const shop = {
    service: 'shop',
    routes: [{ path: '/all', methods: ['GET'], auth: 'bearer', scopes: [], cost: 50 }],
  }
  const args = [draft(t, { burst: { quota: 10, window: 1 } }), '--manifest', file(t, JSON.stringify(shop))]
  const { code, stdout } = await check(t, ...args)
  t.equal(code, 1)
  t.match(stdout, /file\.csv#\/routes\/0\/cost {2}.*50/)
})

t.test('a dash is standard input', async (t) => {
  const { child, ended } = command(t, ['limits', 'check', '-'], 'pipe')
  child.stdin?.end('{"tiers":{}}')
  t.match(await ended, {
    code: 1,
    stdout: /^ {2}#\/tiers {2}/m,
    stderr: /^stockgate: standard input breaks /,
  })
})

t.test('a warning fails only where it is asked to', async (t) => {
  const path = draft(t, { burst: { quota: 1, window: 1 }, sustained: { quota: 600, window: 60 } })
  const { code, stdout } = await check(t, path)
  t.equal(code, 0)
  t.match(stdout, /^Probably not meant so:\n {2}#\/tiers\/only {2}sustained .* is never reached/m)
  t.equal((await check(t, path, '--strict')).code, 1)
})

t.test('what is no document at all is told in a line or two', async (t) => {
  const twice = '{"tiers":{},"tiers":{}}'
  const cases: [string, RegExp][] = [
    [join(folder(t), 'none.json'), /none\.json cannot be read: ENOENT/],
    [folder(t), /cannot be read: EISDIR/],
    [file(t, '{"tiers":'), /is not a valid limits\.json:\n {2}# {2}not valid JSON/],
    [file(t, twice), /#\/tiers {2}"tiers" stands twice: keep one of them/],
    [file(t, '[]'), /has to hold an object/],
    [draft(t, {}, { $revision: 'seven' }), /"\$revision" has to be the number of a revision/],
  ]
  for (const [path, message] of cases) {
    const { code, stdout, stderr } = await check(t, path)
    t.same([code, stdout], [1, ''])
    t.match(stderr, message)
  }
  t.match(await check(t, SEED, '--gateways', '0'), { code: 1, stderr: /whole number from 1 to 1000/ })
})
