import t from 'tap'
import { startOperated } from './kit/operated.ts'

t.setTimeout(240_000)

t.test('an override is made, seen, in force and ended from the command line', async (t) => {
  const { stockgate, gateway } = await startOperated(t)
  const override = (...args: string[]) => stockgate(['limits', 'override', ...args])
  const tier = async (): Promise<string> => {
    const token = (await stockgate(['token', 'demo'])).stdout.trim()
    const answer = await fetch(`${gateway}/usage`, { headers: { authorization: `Bearer ${token}` } })
    return ((await answer.json()) as { tier: string }).tier
  }

  t.match((await override('list')).stdout, /^no overrides; limits override add/)
  const added = await override(
    'add',
    'demo',
    '--tier',
    'partner',
    '--until',
    '2h',
    '--reason',
    'stock take',
    '--wait',
  )
  t.equal(added.code, 0, added.stderr)
  t.match(added.stdout, /^ovr_[0-9a-z]{26}\n$/, 'the id alone is on stdout')
  const id = added.stdout.trim()
  t.match(
    added.stderr,
    /^Revision 2 is in force on the gateway:\n {2}- client "demo": override ovr_\w+ is new: tier "partner"/,
  )
  t.equal(await tier(), 'partner')

  const later = ['--limit', 'burst=300/1s', 'daily=1000/day', '--from', '2030-01-01T08:00:00Z']
  const planned = await override(
    'add',
    'demo',
    ...later,
    '--until',
    '2030-01-02',
    '--reason',
    'fair',
    '--json',
  )
  t.equal(planned.code, 0, planned.stderr)
  const second = JSON.parse(planned.stdout)
  t.match(second, { id: /^ovr_/, revision: 3, changes: [{ text: /burst 300 per 1 s, daily 1000 per day/ }] })

  const { stdout } = await override('list')
  const [head = '', ...rows] = stdout.trimEnd().split('\n')
  t.match(head, /^ {2}ID +STATE +CLIENT +CHANGES +FROM +UNTIL +REASON$/)
  t.match(rows, [
    new RegExp(`^ {2}${id} +active +demo +tier partner +\\S+Z +\\S+Z +stock take$`),
    new RegExp(
      `^ {2}${second.id} +waiting +demo +burst=300/1s daily=1000/day +2030-01-01T08:00:00Z +2030-01-02T00:00:00Z +fair$`,
    ),
  ])
  t.match((await stockgate(['limits', 'show'])).stdout, new RegExp(`^ {2}${id} +demo +tier partner +`, 'm'))

  const ended = await override('end', id, '--reason', 'done early', '--wait')
  t.match(ended, { code: 0, stdout: /^Revision 4 is in force on the gateway:\n/ })
  t.equal(await tier(), 'standard')
  t.notMatch((await override('list')).stdout, id)
  t.match((await override('list', '--all')).stdout, new RegExp(`^ {2}${id} +ended `, 'm'))
  t.match(await override('end', second.id, '--reason', 'no fair'), { code: 0 })
  t.match(JSON.parse((await override('list', '--json')).stdout), { items: [] })

  await t.test('what goes wrong is told in the options that were given, and ends with 1', async (t) => {
    const until = ['--until', '2h', '--reason', 'x']
    const cases: [string[], RegExp][] = [
      [
        ['add', 'demo', ...until],
        /^stockgate: the override changes nothing: add "tier", "limits" or both\n$/,
      ],
      [
        ['add', 'demo', '--tier', 'gold', ...until],
        /^stockgate: --tier: there is no tier "gold": .* standard/,
      ],
      [['add', 'demo', '--limit', 'burst=300', ...until], /^stockgate: --limit burst: .*keep that, or give/],
      [['add', 'demo', '--limit', 'burst=0/s', ...until], /^stockgate: --limit burst quota: 0 does not fit/],
      [['add', 'demo', '--limit', 'burst=much', ...until], /expected a limit such as burst=200\/1s/],
      [['add', 'demo', '--limit', 'a=1/s', 'a=2/s', ...until], /"a" is given twice/],
      [['add', 'demo', '--tier', 'partner', '--until', 'soon', '--reason', 'x'], /expected a time such as/],
      [
        ['add', 'demo', '--tier', 'partner', '--until', '2020-01-01', '--reason', 'x'],
        /--until is over already/,
      ],
      [['add', 'demo', '--tier', 'partner', '--from', '3h', ...until], /--until: it ends before it begins/],
      [['add', 'demo', '--tier', 'partner', '--until', '2h'], /required option '--reason/],
      [['add', 'demo', '--tier', 'partner', '--reason', 'x'], /required option '--until/],
      [['end', 'ovr_x', '--reason', 'x'], /^stockgate: There is no override ovr_x\.\n$/],
      [['end', id, '--reason', 'x'], /^stockgate: The override \S+ ended at \S+Z\.\n$/],
    ]
    for (const [args, message] of cases) {
      const { code, stdout, stderr } = await override(...args)
      t.same([code, stdout], [1, ''], args.join(' '))
      t.match(stderr, message, args.join(' '))
    }
    t.match((await stockgate(['limits', 'history', '--limit', '1'])).stdout, /^ +5 /, 'nothing was changed')
  })
})
