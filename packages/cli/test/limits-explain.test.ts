import t from 'tap'
import { startOperated } from './kit/operated.ts'

t.setTimeout(240_000)

t.test('calls are explained from the command line, imagined and made', async (t) => {
  const { stockgate, gateway } = await startOperated(t)
  const explain = (...args: string[]) => stockgate(['limits', 'explain', ...args])

  const imagined = await explain('GET', '/things', '--client', 'demo', '--scope', 'things:read')
  t.equal(imagined.code, 0, imagined.stderr)
  const lines = imagined.stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.trim().replaceAll(/ {2,}/g, ' | '))
  t.match(lines, [
    'Admitted.',
    'route | /things of shop',
    /^credential \| .*taken to be one of "demo"$/,
    'scopes | needs things:read; held',
    /^tier \| standard: /,
    'budget | client:demo, of which the call takes 1',
    'decided | under revision 1 by the counters of this gateway, the only one',
    '',
    'LIMIT | QUOTA | USED | LEFT | FREE IN | VERDICT | COUNTER',
    'burst | 100 per 1 s | 0 | 100 | 0 s | admits | {client:demo}:standard:burst',
    'sustained | 3000 per 60 s | 0 | 3000 | 0 s | admits | {client:demo}:standard:sustained',
  ])
  t.match(JSON.parse((await explain('GET', '/things', '--client', 'demo', '--json')).stdout), {
    verdict: 'admitted',
    spent: false,
    limits: [{ count: 0 }, { count: 0 }],
  })

  await t.test(
    'a call that was refused is told by its request id, with the limit that was in the way',
    async (t) => {
      const added = [
        'add',
        'acme',
        '--limit',
        'burst=1/1h',
        'daily=9/day',
        'busy=2',
        '--until',
        '1h',
        '--reason',
        'x',
      ]
      t.match(await stockgate(['limits', 'override', ...added]), { code: 0 })
      const key = await stockgate(['keys', 'create', 'acme', '--scope', 'things:read', '--name', 'x'])
      const visit = async () => {
        const headers = { 'x-api-key': key.stdout.trim() }
        const { status, headers: told, body } = await fetch(`${gateway}/things`, { headers })
        await body?.cancel()
        return { status, id: told.get('x-request-id') ?? '' }
      }
      const [first, second] = [await visit(), await visit()]
      t.same([first.status, second.status], [200, 429])
      const good = (await explain('--request', first.id)).stdout
      t.match(good, /^GET \/things was answered 200 at \S+Z: admitted\.\n/)
      const bad = (await explain('--request', second.id)).stdout
      t.match(bad, /^GET \/things was answered 429 at \S+Z: refused by burst; a next try fits in \d+ s\.\n/)
      t.match(bad, /^ {2}credential +API key \S+ of "acme"$/m)
      t.match(bad, /^ {2}burst +1 per 3600 s +1 +0 +\d+ s +refuses +\{client:acme\}:standard:burst$/m)
      t.match(bad, /^ {2}daily +9 per day +1 +8 +\d+ s +admits /m)
      t.match(bad, /^ {2}busy +2 in flight +0 +2 +- +admits /m)
      t.match(
        (await explain('get', '/things', '--client', 'acme')).stdout,
        /^Refused with 429 by burst; a next try fits/,
      )
    },
  )

  await t.test('a call that never reaches its limits is told why', async (t) => {
    const cases: [string[], RegExp][] = [
      [['GET', '/things'], /^Refused with 401: nobody is named.*\n {2}route +\/things of shop\n/],
      [['GET', '/nowhere'], /^Answered 404: no service has such a route\.\n {2}route +none matches\n/],
      [['GET', '/things', '--client', 'demo', '--scope', 'a b'], /^Refused with 403: a scope is missing\.\n/],
    ]
    for (const [args, text] of cases) t.match(await explain(...args), { code: 0, stdout: text, stderr: '' })
  })

  await t.test('what goes wrong is told in the options that were given, and ends with 1', async (t) => {
    const cases: [string[], RegExp][] = [
      [[], /say which call: METHOD PATH, or --request ID/],
      [['GET', '/things', '--request', 'x'], /say one call: .*, not both/],
      [['GET', 'things'], /PATH is not well formed: Begins with a slash/],
      [['POST', '/identity/token'], /--address is needed: this call is counted by its address/],
      [['GET', '/things', '--client', 'demo', '--address', 'here'], /--address is no IP address/],
      [['GET', '/things', '--sub', 'x'], /--sub belongs to a client: give that too/],
      [
        ['GET', '/things', '--client', 'demo', '--claim', 'tenant'],
        /expected a name and a value, such as tenant=acme/,
      ],
      [['--request', 'unheard-of'], /no request "unheard-of"\. Each \D*keeps the newest \d+/],
    ]
    for (const [args, message] of cases) {
      const { code, stdout, stderr } = await explain(...args)
      t.same([code, stdout], [1, ''], args.join(' '))
      t.match(stderr, message, args.join(' '))
    }
  })
})
