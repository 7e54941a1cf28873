import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startOperated } from './kit/operated.ts'

// Each command is a process of its own, and a busy machine starts a dozen of them slowly.
t.setTimeout(240_000)

t.test('a leaked token is revoked from its file, then all of its client, and both are listed', async (t) => {
  const { gateway, home, stockgate, upstream, log } = await startOperated(t)
  const visit = async (token: string): Promise<number> => {
    const { status, body } = await fetch(`${gateway}/things`, {
      headers: { authorization: `Bearer ${token}` },
    })
    await body?.cancel()
    return status
  }
  // The client has no scope for the service, so a good token is told by 403.
  const token = async () => (await stockgate(['token', 'demo'])).stdout.trim()
  const [leaked, other] = [await token(), await token()]
  t.same([await visit(leaked), await visit(other)], [403, 403])
  t.same(await stockgate(['tokens', 'revocations']), { code: 0, stdout: 'nothing is revoked\n', stderr: '' })

  const file = join(home, 'leaked.txt')
  writeFileSync(file, `Bearer ${leaked}\n`)
  const revoked = await stockgate(['tokens', 'revoke', '--token-file', file, '--reason', 'found in a log'])
  t.equal(revoked.code, 0, revoked.stderr)
  t.match(
    revoked.stdout,
    /^revoked the token with the hash [\w-]{43}; kept until \d{4}-\S+ \S+ UTC as rv_[\w-]{12}\n$/,
  )
  t.same([await visit(leaked), await visit(other)], [401, 403])

  const all = [
    'tokens',
    'revoke',
    '--client',
    'demo',
    '--reason',
    'secret leaked',
    '--expires-in',
    '12h',
    '--json',
  ]
  const { stdout } = await stockgate(all)
  t.match(JSON.parse(stdout), { by: 'client', name: 'demo', issuer: null, revoked_by: /^ops/ })
  t.same([await visit(leaked), await visit(other)], [401, 401])

  const [head = '', ...rows] = (await stockgate(['tokens', 'revocations'])).stdout.trimEnd().split('\n')
  t.match(head, /ID +BY +NAME +ISSUER +ISSUED UNTIL +KEPT UNTIL +WHO +REASON$/)
  t.match(rows, [
    /token +[\w-]{43} +any +- +\d{4}.* ops.* found in a log$/,
    /client +demo +any +\d{4}.* secret leaked$/,
  ])
  const listed = await stockgate(['tokens', 'revocations', '--json'])
  t.equal(JSON.parse(listed.stdout).items.length, 2)
  t.notOk(
    `${log()}${listed.stdout}${JSON.stringify(upstream.requests)}`.includes(leaked),
    'the token itself is nowhere',
  )

  await t.test('what goes wrong is told with what to do, and ends with 1', async (t) => {
    const reason = ['--reason', 'x']
    writeFileSync(file, 'no token')
    const cases: [string[], RegExp][] = [
      [reason, /^stockgate: say which tokens: --jti, --token-file, --sub or --client\n$/],
      [['--jti', 'a'], /required option '--reason/],
      [
        ['--jti', 'a', '--sub', 'b', ...reason],
        /option '--jti <id>' cannot be used with option '--sub <subject>'/,
      ],
      [['--token-file', file, ...reason], /holds no access token: expected three parts/],
      [['--token-file', join(home, 'nowhere'), ...reason], /cannot read \S+ \(ENOENT\)/],
      [
        ['--sub', 'a', '--issued-until', '2999-01-01', ...reason],
        /#\/issued_until: must not be in the future/,
      ],
      [['--sub', 'a', '--expires-in', '5s', ...reason], /#\/expires_in: must be 60 s to 366 days/],
      [['--sub', 'a', '--as', 'demo', ...reason], /"demo" may not do this|token is revoked|not valid/],
    ]
    for (const [args, message] of cases) {
      const { code, stdout, stderr } = await stockgate(['tokens', 'revoke', ...args])
      t.equal(code, 1, args.join(' '))
      t.match(stderr, message, args.join(' '))
      t.equal(stdout, '')
    }
  })
})
