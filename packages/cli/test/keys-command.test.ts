import t from 'tap'
import { startOperated } from './kit/operated.ts'

// Each command is a process of its own, and a busy machine starts a dozen of them slowly.
t.setTimeout(240_000)

const CREATE = ['keys', 'create', 'acme', '--scope', 'things:read', '--name', 'night job']
const KEY = /^sgk_([0-9A-Za-z]{12})_[0-9A-Za-z]{49}\n$/

t.test('a key lives from the command line: made, used, rotated, listed, revoked', async (t) => {
  const { gateway, upstream, stockgate, log } = await startOperated(t)
  const visit = async (key: string): Promise<number> => {
    const { status, body } = await fetch(`${gateway}/things`, { headers: { 'x-api-key': key.trim() } })
    await body?.cancel()
    return status
  }

  t.equal((await stockgate(['keys', 'list'])).stdout.split(';')[0], 'no keys')
  const made = await stockgate([...CREATE, '--expires', '90d'])
  t.equal(made.code, 0, made.stderr)
  t.match(made.stdout, KEY, 'the key alone is on stdout')
  const id = KEY.exec(made.stdout)?.[1] ?? ''
  t.match(
    made.stderr,
    new RegExp(`^Key ${id} \\(night job\\) speaks for acme with things:read, until .* UTC\\.\n`),
  )
  t.equal(await visit(made.stdout), 200)
  t.equal(await visit(made.stdout.replace(/.\n$/, '-')), 401)

  const rotated = await stockgate(['keys', 'rotate', id, '--overlap', '12h'])
  t.equal(rotated.code, 0, rotated.stderr)
  t.match(rotated.stdout, KEY)
  t.match(rotated.stderr, new RegExp(`The old key ${id} is good until \\d{4}-.* UTC\\.`))
  t.same([await visit(made.stdout), await visit(rotated.stdout)], [200, 200])

  const { stdout: text } = await stockgate(['keys', 'list', '--client', 'acme'])
  const [head = '', ...rows] = text.trimEnd().split('\n')
  t.match(head, /ID +CLIENT +NAME +SCOPES +STATE +ENDS +LAST USED$/)
  t.match(rows, [
    new RegExp(`${id} +acme +night job +things:read +overlap +\\d{4}\\S+ \\S+ UTC +\\d{4}\\S+ \\S+ UTC$`),
    /active/,
  ])
  const next = KEY.exec(rotated.stdout)?.[1] ?? ''
  const revoked = await stockgate(['keys', 'revoke', next])
  t.same(revoked, { code: 0, stdout: `revoked ${next}\nrevoked ${id}\n`, stderr: '' })
  t.same([await visit(made.stdout), await visit(rotated.stdout)], [401, 401])
  t.same(JSON.parse((await stockgate(['keys', 'list', '--json'])).stdout), { items: [] })
  const all = JSON.parse((await stockgate(['keys', 'list', '--all', '--json'])).stdout)
  t.match(all.items, [
    { id, state: 'revoked', created_by: /^ops/, last_used_at: String },
    { id: next, rotated_from: id },
  ])
  const secrets = [made, rotated].map(({ stdout }) => stdout.trim())
  for (const key of secrets) t.notOk(`${log()}${JSON.stringify([all, ...upstream.requests])}`.includes(key))

  await t.test('what goes wrong is told with what to do, and ends with 1', async (t) => {
    const cases: [string[], RegExp][] = [
      [['keys', 'revoke', next], /^stockgate: The key \S+ is revoked already\.\n$/],
      [
        ['keys', 'create', 'acme', '--scope', 'things:raed', '--name', 'x'],
        /#\/scopes\/0: .*did you mean things:read\?/,
      ],
      [[...CREATE, '--expires', '10s'], /#\/expires_in: must be 60 s to 3650 days/],
      [[...CREATE, '--as', 'demo'], /"demo" may not do this: .*ops:write.* Use another client with --as/],
      [[...CREATE, '--as', 'nobody'], /no secret known for the client "nobody": known are /],
      [
        [...CREATE, '--admin', 'http://127.0.0.1:1'],
        /admin listener not reachable at http:\/\/127\.0\.0\.1:1: /,
      ],
      [[...CREATE, '--admin', upstream.url], /answered 200 by something at .* that is no admin listener\n$/],
      [[...CREATE, '--admin', 'nonsense'], /is not the address of an admin listener/],
      [['keys', 'create', 'acme', '--name', 'x'], /required option '--scope/],
    ]
    for (const [args, message] of cases) {
      const { code, stdout, stderr } = await stockgate(args)
      t.equal(code, 1, args.join(' '))
      t.match(stderr, message, args.join(' '))
      t.equal(stdout, '')
    }
  })
})

t.test('without a pepper the command says which setting to set', async (t) => {
  const { stockgate } = await startOperated(t, {})
  const { code, stderr } = await stockgate(CREATE)
  t.equal(code, 1)
  t.match(stderr, /^stockgate: API keys are off: set KEY_PEPPER to at least 32 random characters/)
})
