import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { folder } from './kit/files.ts'
import { startOperated } from './kit/operated.ts'

// Each command is a process of its own, and a busy machine starts two dozen of them slowly.
t.setTimeout(240_000)

const LESS =
  'clients of tier "standard" (demo and every client not listed): burst falls from 100 to 5 per 1 s'
const MORE = LESS.replace('falls from 100 to 5', 'rises from 5 to 100')

t.test('limits are read, changed by two people at once, looked up and put back', async (t) => {
  const { stockgate, gateway, log } = await startOperated(t)
  const work = folder(t)
  const [mine, theirs] = [join(work, 'mine.json'), join(work, 'theirs.json')]
  const limits = (...args: string[]) => stockgate(['limits', ...args])
  const edit = (path: string, from: string, to: string) => {
    const text = readFileSync(path, 'utf8')
    t.ok(text.includes(from))
    writeFileSync(path, text.replace(from, to))
  }
  const burst = async (): Promise<number> => {
    const token = (await stockgate(['token', 'demo'])).stdout.trim()
    const answer = await fetch(`${gateway}/usage`, { headers: { authorization: `Bearer ${token}` } })
    return ((await answer.json()) as { limits: { quota: number }[] }).limits[0]?.quota ?? 0
  }

  const shown = await limits('show')
  t.equal(shown.code, 0, shown.stderr)
  t.match(
    shown.stdout,
    /^Revision 1, by gateway at \S+Z: read from \S+limits\.json\n\n {2}TIER +LIMITS +CLIENTS /,
  )
  t.match(
    shown.stdout,
    /^ {2}standard +burst 100 per 1 s, sustained 3000 per 60 s +demo, every client not listed /m,
  )
  t.match(
    shown.stdout,
    /^While Redis is away:\n {2}anonymous {2}the one gateway keeps to the whole limit: burst 10/m,
  )
  t.match(JSON.parse((await limits('show', '--json')).stdout), { revision: 1, document: { tiers: Object } })

  for (const path of [mine, theirs]) {
    t.same(await limits('show', '--to', path), {
      code: 0,
      stdout: `Revision 1 is saved to ${path}.\n`,
      stderr: '',
    })
    t.equal(JSON.parse(readFileSync(path, 'utf8')).$revision, 1)
  }
  t.equal((await limits('diff', mine)).stdout, `${mine} says what revision 1 says.\n`)
  t.equal(
    (await limits('apply', mine, '--reason', 'nothing')).stdout,
    'Nothing is different; revision 1 stays in force.\n',
  )

  await t.test('a change is told before and after, and the draft goes on from it', async (t) => {
    edit(mine, '"quota": 100,', '"quota": 5,')
    t.equal((await limits('diff', mine)).stdout, `Compared with revision 1, ${mine} changes:\n  - ${LESS}\n`)
    t.match(JSON.parse((await limits('diff', mine, '--json')).stdout), {
      revision: 1,
      changes: [{ text: LESS }],
    })
    t.same(await limits('apply', mine, '--reason', 'less of it', '--wait'), {
      code: 0,
      stdout: `Revision 2 is in force on the gateway:\n  - ${LESS}\n${mine} builds on revision 2 from now on.\n`,
      stderr: '',
    })
    t.equal(await burst(), 5)
    edit(mine, '"quota": 120,', '"quota": 130,')
    const again = await limits('apply', mine, '--reason', 'also strangers', '--json')
    t.match(JSON.parse(again.stdout), { revision: 3, changes: [{ path: String }], waiting_for: [] })
    t.match(log(), /"audit":true.*"action":"limits.apply".*"revision":3/)
  })

  await t.test('who comes second is told who was first, why and what it came to', async (t) => {
    edit(theirs, '"quota": 120,', '"quota": 60,')
    const looked = (await limits('diff', theirs)).stdout
    t.match(looked, `  - ${MORE}\n`)
    t.match(looked, /\nIt was saved from revision 1: .* apply will refuse it\.\n$/)
    const { code, stdout, stderr } = await limits('apply', theirs, '--reason', 'mine')
    t.same([code, stdout], [1, ''])
    t.match(stderr, `the limits are at revision 3 by now, and ${theirs} builds on 1.\n`)
    t.match(stderr, '  revision 3 by ops: also strangers\n  revision 2 by ops: less of it\n')
    t.match(stderr, `  - ${LESS}\n`)
    t.match(stderr, / --expect 3 overwrites theirs\.\n$/)
    t.equal(await burst(), 5, 'nothing was changed')
    const forced = await limits('apply', theirs, '--reason', 'mine', '--expect', '3')
    t.match(
      forced.stdout,
      /^Revision 4 is in force on the gateway:\n.*\n.*\n.* builds on revision 4 from now on/,
    )
  })

  await t.test('the history tells all of it, and an earlier revision comes back', async (t) => {
    const { stdout } = await limits('history', '--limit', '3')
    const heads = [...stdout.matchAll(/^ +(\d+) {2}\S+Z {2}(\w+) +(.*)$/gm)].map((match) => match.slice(1))
    t.same(heads, [
      ['4', 'apply', 'ops: mine'],
      ['3', 'apply', 'ops: also strangers'],
      ['2', 'apply', 'ops: less of it'],
    ])
    t.match(stdout, /\nEarlier ones: --before 2\n$/)
    t.match((await limits('history', '--before', '2')).stdout, /^ +1 {2}\S+ {2}initial .*\n$/)
    const one = await limits('history', '2')
    t.match(
      one.stdout,
      new RegExp(`ops: less of it\n {6}- ${LESS.replaceAll(/[()]/g, '.')}\nThe documents .*--json`),
    )
    const whole = JSON.parse((await limits('history', '2', '--json')).stdout)
    t.same(
      [whole.before, whole.after].map((document) => document.tiers.standard.limits.burst.quota),
      [100, 5],
    )
    t.match(JSON.parse((await limits('history', '--json')).stdout), { items: [{ revision: 4 }], next: null })

    const back = await limits('rollback', '2', '--reason', 'it was better', '--wait')
    t.match(back.stdout, `Revision 5 is in force on the gateway:\n`)
    t.match(back.stdout, `  - ${LESS}\n`)
    t.equal(await burst(), 5)
    t.match(
      (await limits('history', '--limit', '1')).stdout,
      /^ +5 {2}\S+ {2}rollback {3}ops: it was better\n/,
    )
    t.equal(
      (await limits('rollback', '5', '--reason', 'x')).stdout,
      'Nothing is different; revision 5 stays in force.\n',
    )
  })

  await t.test('what goes wrong is told with what to do, changes nothing and ends with 1', async (t) => {
    const bad = join(work, 'bad.json')
    writeFileSync(
      bad,
      readFileSync(theirs, 'utf8').replace('"quota": 60,', '"quota": 60, "quotta": 1, "wind": 2,'),
    )
    const faults =
      '  #/tiers/anonymous/limits/sustained/quotta  "quotta" is not known: did you mean "quota"?\n' +
      '  #/tiers/anonymous/limits/sustained/wind  "wind" is not known'
    const cases: [string[], string | RegExp][] = [
      [
        ['apply', bad, '--reason', 'x', '--expect', '5'],
        `${bad} breaks 2 rules; nothing was changed:\n${faults}`,
      ],
      [['diff', bad], `${bad} breaks 2 rules:\n${faults}`],
      [['apply', join(work, 'none.json'), '--reason', 'x'], /none\.json cannot be read: ENOENT/],
      [['apply', mine], /required option '--reason/],
      [['apply', mine, '--reason', ' '], /--reason|Why, in one line/],
      [['apply', mine, '--reason', 'x', '--wait', '31'], /whole number from 1 to 30/],
      [['apply', mine, '--reason', 'x', '--as', 'demo'], /"demo" may not do this: .*ops:write.* with --as/],
      [['show', '--to', join(work, 'nowhere', 'x.json')], /x\.json cannot be written: ENOENT\n$/],
      [['show', '--as', 'demo'], /"demo" may not do this: .*ops:read/],
      [['show', '--admin', 'http://127.0.0.1:1'], /not reachable at http:\/\/127\.0\.0\.1:1: start it with/],
      [['history', '77'], /There is no revision 77\.\n$/],
      [['history', 'two'], /expected a whole number/],
      [
        ['rollback', '77', '--reason', 'x'],
        /there is no revision 77; limits history shows which there are\n$/,
      ],
      [['rollback', '1'], /required option '--reason/],
    ]
    for (const [args, message] of cases) {
      const { code, stdout, stderr } = await limits(...args)
      t.same([code, stdout], [1, ''], args.join(' '))
      t.match(stderr, message, args.join(' '))
    }
    t.notOk(existsSync(join(work, 'nowhere')))
    t.match((await limits('history', '--limit', '1')).stdout, /^ +5 /)
  })
})
