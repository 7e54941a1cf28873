import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import t from 'tap'
import { folder } from './kit/files.ts'
import { startOperated } from './kit/operated.ts'

t.setTimeout(240_000)

const MAIN = resolve(import.meta.dirname, '../src/main.ts')

t.test('traffic is watched, and a candidate tried on it, from the command line', async (t) => {
  const { stockgate, gateway, home } = await startOperated(t)
  const limits = (...args: string[]) => stockgate(['limits', ...args])
  const key = (
    await stockgate(['keys', 'create', 'acme', '--scope', 'things:read', '--name', 'x'])
  ).stdout.trim()
  const calls = async (count: number): Promise<number[]> => {
    const visits = Array.from({ length: count }, async () => {
      const { status, body } = await fetch(`${gateway}/things`, { headers: { 'x-api-key': key } })
      await body?.cancel()
      return status
    })
    return Promise.all(visits)
  }

  t.match((await limits('candidates')).stdout, /^no candidates; add one to limits\.json/)
  const draft = join(folder(t), 'draft.json')
  await limits('show', '--to', draft)
  const document = JSON.parse(readFileSync(draft, 'utf8'))
  const guardrail = { protect: ['acme'], maxRefused: 0.005, minCalls: 10 }
  const rare = { rare: { quota: 8, window: 3_600 } }
  document.candidates = { tighter: { tier: 'standard', limits: rare, guardrail } }
  writeFileSync(draft, JSON.stringify(document))
  t.match(await limits('apply', draft, '--reason', 'is it enough?', '--wait'), { code: 0 })

  t.same(new Set(await calls(10)), new Set([200]), 'a candidate refuses nothing')
  t.equal(
    (await limits('candidates')).stdout,
    `tighter, for tier standard, rolled out to 0 % of its clients
  would refuse 2 of 10 calls (20.0 %), by rare 2
  takes itself back when more than 0.5 % of at least 10 calls of acme are refused

  CLIENT  CALLS  REFUSED LIVE  WOULD REFUSE
  acme       10             0             2
`,
  )
  t.match(JSON.parse((await limits('candidates', '--json')).stdout), {
    items: [{ name: 'tighter', would_refuse: 2, clients: [{ client: 'acme' }] }],
  })
  const seen = await limits('explain', 'GET', '/things', '--client', 'acme')
  t.match(seen.stdout, /^Admitted\.\n.*\nThe candidate tighter would refuse it by rare\.\n$/s)

  const top = (await limits('top', '--by', 'near')).stdout
  t.match(top, /^ {2}CLIENT +TIER +CALLS\/S +REFUSED +NEAREST LIMIT\n/)
  t.match(top, /^ {2}acme +standard +\d+\.\d\d +0 +\d+ % of burst$/m)

  await t.test('rolled out, it refuses, and its guardrail takes it back and says so', async (t) => {
    const rolled = await limits('rollout', 'tighter', '--percent', '100', '--reason', 'all of it', '--wait')
    t.match(rolled, {
      code: 0,
      stdout: /^Revision 3 .*:\n {2}- candidate "tighter" .* 100 % .*, before 0 %\n$/,
    })
    t.ok((await calls(10)).includes(429))
    const refused = (await limits('top', '--by', 'refused', '--limit', '1')).stdout
    t.match(refused, /^ {2}acme +standard +\S+ +[1-9]\d* +100 % of rare\n\n {2}LIMIT +REFUSED\n/m)
    const { stdout } = await limits('history', '--limit', '1')
    t.match(stdout, /^ +4 {2}\S+ {2}guardrail {2}guardrail: candidate tighter at 100 % refused /)
    t.same(new Set(await calls(3)), new Set([200]))
  })

  await t.test('top shows it again and again until Ctrl-C', async (t) => {
    const env = { PATH: process.env.PATH ?? '', STOCKGATE_HOME: home }
    const child = spawn(process.execPath, [MAIN, 'limits', 'top', '--watch', '1'], { env })
    t.teardown(() => child.kill('SIGKILL'))
    let said = ''
    const ended = once(child, 'close')
    child.stdout.setEncoding('utf8').on('data', (text) => {
      said += text
      if (said.split('CLIENT').length > 2) child.kill('SIGINT')
    })
    t.same(await ended, [0, null])
    t.notMatch(said, '\u001b', 'without a terminal nothing is cleared')
  })

  await t.test('what goes wrong is told with what to do, and ends with 1', async (t) => {
    const cases: [string[], RegExp][] = [
      [['rollout', 'gone', '--percent', '5', '--reason', 'x'], /There is no candidate gone\.\n$/],
      [['rollout', 'tighter', '--percent', '101', '--reason', 'x'], /whole number from 0 to 100/],
      [['rollout', 'tighter', '--reason', 'x'], /required option '--percent/],
      [['rollout', 'tighter', '--percent', '5'], /required option '--reason/],
      [['top', '--by', 'name'], /Allowed choices are calls, near, refused/],
      [['top', '--limit', '0'], /whole number from 1 to 100/],
      [['top', '--watch', 'long'], /whole number from 1 to 3600/],
    ]
    for (const [args, message] of cases) {
      const { code, stdout, stderr } = await limits(...args)
      t.same([code, stdout], [1, ''], args.join(' '))
      t.match(stderr, message, args.join(' '))
    }
  })
})
