import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import t, { type Test } from 'tap'
import { command } from '../kit/command.ts'
import { file, folder } from '../kit/files.ts'

const line = (second: number, host = '192.0.2.1') =>
  `${host} - - [01/Mar/2026:10:00:${String(second).padStart(2, '0')} +0000] "GET / HTTP/1.1" 200 5 "-" "<b>"\n`

function limits(t: Test, quota: number): string {
  const tier = { limits: { burst: { quota, window: 1 } } }
  const tiers = { standard: tier, anonymous: tier }
  return file(t, JSON.stringify({ tiers, clients: {}, defaultTier: 'standard', anonymousTier: 'anonymous' }))
}

const run = (t: Test, ...args: string[]) => command(t, ['limits', 'simulate', ...args]).ended

t.test('it prints who would be refused, and by which limit', async (t) => {
  const log = file(t, line(1) + line(1) + line(1, '192.0.2.2'))
  const { code, stdout, stderr } = await run(t, limits(t, 1), '--traffic', log, '--against', limits(t, 5))
  t.equal(stderr, '')
  t.equal(code, 0)
  t.match(stdout, /refused +0 +1/)
  t.match(stdout, /2 clients: 1 newly refused, 0 freed/)
  t.match(stdout, /anonymous +burst +5 per 1 s +1 per 1 s +0 +1 +100 % 2026-03-01 10:00 +2 +2/)
})

t.test(
  'without a running gateway it compares with the limits a gateway starts with, and says so',
  async (t) => {
    const { stdout } = await run(t, limits(t, 1), '--traffic', file(t, line(1)))
    t.match(stdout, 'against  gateway/policy/limits.json (no gateway runs)')
  },
)

t.test('it writes one page and prints JSON, from several files and packed ones', async (t) => {
  const page = join(folder(t), 'report.html')
  const logs = [file(t, gzipSync(line(1) + line(3))), file(t, line(2))]
  const args = [
    '--traffic',
    ...logs,
    '--against',
    limits(t, 5),
    '--html',
    page,
    '--json',
    '--tier',
    'standard',
  ]
  const { stdout, code } = await run(t, limits(t, 1), ...args)
  t.equal(code, 0)
  t.match(JSON.parse(stdout), { calls: 3, tier: 'standard', first: '2026-03-01T10:00:01.000Z' })
  t.match(readFileSync(page, 'utf8'), /^<!doctype html>.*<\/html>\n$/s)
})

t.test('a dash reads the traffic from standard input', async (t) => {
  const { child, ended } = command(
    t,
    ['limits', 'simulate', limits(t, 1), '--traffic', '-', '--against', limits(t, 1)],
    'pipe',
  )
  child.stdin?.end(line(1) + line(1))
  const { code, stdout } = await ended
  t.equal(code, 0)
  t.match(stdout, /refused +1 +1/)
})

t.test('Ctrl-C ends it cleanly', async (t) => {
  const { child, ended } = command(
    t,
    ['limits', 'simulate', limits(t, 1), '--traffic', '-', '--against', limits(t, 1)],
    'pipe',
  )
  child.stdin?.on('error', () => {})
  child.stderr?.once('data', () => child.kill('SIGINT'))
  const many = line(1).repeat(20_000)
  const feed = setInterval(() => child.stdin?.write(many), 50)
  t.teardown(() => clearInterval(feed))
  const { code, stdout, stderr } = await ended
  t.equal(code, 130)
  t.equal(stdout, '')
  t.match(stderr, /stockgate: stopped, nothing was written\n$/)
})

t.test('what cannot be used is told on standard error, with exit code 1', async (t) => {
  const [log, good] = [file(t, line(1)), limits(t, 1)]
  const cases: [string[], RegExp][] = [
    [[limits(t, -1), '--traffic', log], /is not a valid limits.json:\n {2}#\/tiers\/standard\/limits\/burst/],
    [[file(t, '{'), '--traffic', log], /is not a valid limits.json:\n {2}# {2}not valid JSON/],
    [['/nowhere.json', '--traffic', log], /\/nowhere.json cannot be read: ENOENT/],
    [[good, '--traffic', '/nowhere.log'], /\/nowhere.log cannot be read: ENOENT/],
    [[good, '--traffic', file(t, 'what?\n')], /is no traffic/],
    [[good, '--traffic', log, '--tier', 'gold'], /has no tier "gold"/],
    [[good, '--traffic', log, '--from', 'tomorrow'], /expected a time such as/],
    [[good], /required option '--traffic <file...>'/],
  ]
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await run(t, ...args)
    t.equal(code, 1)
    t.equal(stdout, '')
    t.match(stderr, message)
  }
})
