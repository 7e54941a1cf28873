import t, { type Test } from 'tap'
import { type RawAnswer, rawCall } from '../../src/running/raw-call.ts'
import { problemFaults, refusalFaults, type Secrets } from '../../src/running/refusal-faults.ts'
import { createRouteCaller, poorToken } from '../../src/running/route-caller.ts'
import { addressOf, bodyOf, mediaTypeOf, takesBody } from '../../src/running/route-samples.ts'
import { everyRoute, METHODS, methodsAt, type RouteShown } from '../../src/running/routes.ts'
import { ROOT, type RunningStack, startStack } from '../../src/running/stack.ts'

const JSON_TYPES = ['application/json', 'application/merge-patch+json']
const OTHER_TYPES = ['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'nonsense']
const BROKEN = ['', '{', '{"a":1,}', '[[[', 'null x', '\0', `${'['.repeat(33)}${']'.repeat(33)}`]
const TWO_MIB = JSON.stringify({ note: 'x'.repeat(2 * 1024 * 1024) })
const ODD_IDS = [
  '%00',
  '%20',
  '%ff',
  "'%20or%201=1--",
  '%2e%2e',
  '%F0%9F%92%A9',
  'x'.repeat(600),
  '__proto__',
]

/** What an unknown id means where it is not simply not there. */
const UNKNOWN_ID: Readonly<Record<string, string>> = {
  'GET /barcodes/{data}': 'barcode-unknown',
  // The id is the caller's to choose: here it is the product that nobody knows.
  'PUT /reservations/{reservation_id}': 'validation-error',
}
/** A release of an unknown id is remembered, so that a reservation that comes late is refused. */
const TAKES_ANY_ID = 'PUT /reservations/{reservation_id}/release'

const routes = everyRoute()
const services = routes.filter(({ auth }) => auth === 'bearer')
const writing = services.filter(takesBody)
const withId = services.filter(({ path }) => path.includes('{'))

interface Call {
  readonly name: string
  faults(): Promise<string[]>
}

t.setTimeout(300_000)

t.test('every route of every service refuses what is not right, seen through the gateway', async (t) => {
  const stack = await startStack(t)
  const secrets: Secrets = { gateway: stack.gateway, ports: Object.values(stack.innerPorts()), root: ROOT }
  const { send } = await createRouteCaller(stack)
  const problem = (answer: RawAnswer, slug: string) => problemFaults(answer, slug, secrets)
  t.ok(secrets.ports.length >= 4 && services.length > 30 && writing.length > 15, `${routes.length} routes`)

  await t.test('without a token 401, and where to get one', async (t) => {
    const metadata = `${stack.gateway}/.well-known/oauth-protected-resource`
    await allGood(
      t,
      each(services, async (route) => {
        const answer = await rawCall(stack.gateway, { method: route.method, path: addressOf(route) })
        const wanted = `resource_metadata="${metadata}/${route.path.split('/')[1]}"`
        return [...problem(answer, 'unauthenticated'), ...lacks(answer, 'www-authenticate', wanted)]
      }),
    )
  })

  await t.test('with a token that is none 401, and that it is none', async (t) => {
    await allGood(
      t,
      each(services, async (route) => {
        const answer = await send(route, { headers: { authorization: 'Bearer abc.def.ghi' } })
        const code = 'error="invalid_token"'
        return [...problem(answer, 'unauthenticated'), ...lacks(answer, 'www-authenticate', code)]
      }),
    )
  })

  await t.test('with a token that lacks the scope 403, and the scope', async (t) => {
    const authorization = `Bearer ${await poorToken(stack)}`
    await allGood(
      t,
      each(services, async (route) => {
        const answer = await send(route, { headers: { authorization } })
        const scope = [...route.scopes, ...route.anyScopes.slice(0, 1)].join(' ')
        const wanted = `error="insufficient_scope", scope="${scope}"`
        return [...problem(answer, 'insufficient-scope'), ...lacks(answer, 'www-authenticate', wanted)]
      }),
    )
  })

  await t.test('ids that nothing has 404', async (t) => {
    const asked = withId.filter(({ name }) => name !== TAKES_ANY_ID)
    await allGood(
      t,
      each(asked, async (route) => problem(await send(route), UNKNOWN_ID[route.name] ?? 'not-found')),
    )
  })

  await t.test('ids that can be none 4xx', async (t) => {
    const calls = withId.flatMap((route) =>
      ODD_IDS.map((id) => ({
        name: `${route.name} ${id.slice(0, 40)}`,
        faults: async () => {
          const answer = await send(route, { path: addressOf(route, id) })
          if (route.name === TAKES_ANY_ID && answer.status === 201) return []
          return problem(answer, slugOf(answer))
        },
      })),
    )
    await allGood(t, calls)
  })

  await t.test('methods a path does not have 405, and those it has', async (t) => {
    const paths = [...new Map(routes.map((route) => [route.path, route])).values()]
    const calls = paths.flatMap((route) => {
      const has = methodsAt(routes, addressOf(route))
      const own = routes.filter(({ path }) => path === route.path).map(({ method }) => method)
      return METHODS.filter((method) => !has.has(method) && method !== 'HEAD').map((method) => ({
        name: `${method} ${route.path}`,
        faults: async () => {
          const answer = await rawCall(stack.gateway, { method, path: addressOf(route) })
          const missing = own.flatMap((one) => lacks(answer, 'allow', one))
          return [...problem(answer, 'method-not-allowed'), ...missing]
        },
      }))
    })
    await allGood(t, calls)
  })

  await t.test('other media types 415', async (t) => {
    const calls = writing.flatMap((route) =>
      [...OTHER_TYPES, ...JSON_TYPES.filter((type) => type !== mediaTypeOf(route))].map((type) => ({
        name: `${route.name} ${type}`,
        faults: async () =>
          problem(await send(route, { headers: { 'content-type': type } }), 'unsupported-media-type'),
      })),
    )
    await allGood(t, calls)
  })

  await t.test('what is no JSON 400', async (t) => {
    const calls = writing.flatMap((route) =>
      BROKEN.map((body) => ({
        name: `${route.name} ${JSON.stringify(body)}`,
        faults: async () => problem(await send(route, { body }), 'malformed-json'),
      })),
    )
    await allGood(t, calls)
  })

  await t.test('properties nobody knows 400, and which', async (t) => {
    await allGood(
      t,
      each(writing, async (route) => {
        const body = JSON.stringify({ ...bodyOf(route), no_such_property: 1 })
        const answer = await send(route, { body })
        return [...problem(answer, 'validation-error'), ...points(answer, '#/no_such_property')]
      }),
    )
  })

  await t.test('query parameters nobody knows 400, and which', async (t) => {
    await allGood(
      t,
      each(services, async (route) => {
        const answer = await send(route, { path: `${addressOf(route)}?no_such_parameter=1` })
        return [...problem(answer, 'invalid-parameter'), ...points(answer, '?no_such_parameter')]
      }),
    )
  })

  await t.test('bodies of 2 MiB 413, announced or not', async (t) => {
    const calls = writing.flatMap((route) =>
      [false, true].map((chunked) => ({
        name: `${route.name}${chunked ? ' chunked' : ''}`,
        faults: async () => problem(await send(route, { body: TWO_MIB, chunked }), 'content-too-large'),
      })),
    )
    await allGood(t, calls)
  })

  await t.test('a refusal outlives a large body that nobody wants', async (t) => {
    const body = 'x'.repeat(900 * 1024)
    const headers = { 'content-type': 'text/plain' }
    const calls = services.flatMap((route) =>
      ['announced', ...(takesBody(route) ? ['chunked'] : [])].map((length) => ({
        name: `${route.name} ${length}`,
        faults: async () => {
          const answer = await send(route, { body, headers, chunked: length === 'chunked' })
          // A GET has no use for a body, so it is the same call without it.
          if (route.method === 'GET') return answer.status < 500 ? [] : [answer.text]
          return problem(answer, 'unsupported-media-type')
        },
      })),
    )
    await allGood(t, calls)
  })

  await t.test('identity speaks OAuth where OAuth says how, and problems elsewhere', async (t) => {
    await identity(t, stack, secrets)
  })
  t.equal(await stack.stop(), 0)
})

/** Makes each call in turn; what is wrong with an answer is shown under the name of its call. */
async function allGood(t: Test, calls: readonly Call[]): Promise<void> {
  const found: Record<string, string[]> = {}
  for (const { name, faults } of calls) {
    const list = await faults().catch((error) => [`no answer: ${error.message}`])
    if (list.length > 0) found[name] = list
  }
  t.comment(`${calls.length} calls`)
  t.same(found, {})
}

function each(list: readonly RouteShown[], faults: (route: RouteShown) => Promise<string[]>): Call[] {
  return list.map((route) => ({ name: route.name, faults: () => faults(route) }))
}

function lacks({ headers }: RawAnswer, header: string, wanted: string): string[] {
  return String(headers[header]).includes(wanted)
    ? []
    : [`${header} is ${headers[header]}, without ${wanted}`]
}

function points({ json }: RawAnswer, pointer: string): string[] {
  const errors = (json?.errors ?? []) as { pointer?: string }[]
  return errors.some((error) => error.pointer === pointer) ? [] : [`no error points at ${pointer}`]
}

function slugOf({ json }: RawAnswer): string {
  return String(json?.type).split('/').at(-1) ?? ''
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }
const GRANT = 'grant_type=client_credentials'

/** Calls nobody should make, and the slug of the problem or the code of the OAuth error they are answered with. */
const REFUSED_BY_IDENTITY = [
  ['POST', '/identity/token', {}, undefined, 'invalid_request'],
  ['POST', '/identity/token', { 'content-type': 'application/json' }, '{}', 'invalid_request'],
  ['POST', '/identity/token', FORM, GRANT, 'invalid_request'],
  ['POST', '/identity/token', FORM, `${GRANT}&client_id=demo&client_secret=wrong`, 'invalid_client'],
  ['POST', '/identity/token', FORM, TWO_MIB, 'content-too-large'],
  ['GET', '/identity/auth', {}, undefined, 'invalid_request'],
  ['GET', '/identity/auth?client_id=nobody', {}, undefined, 'invalid_client'],
  ['GET', '/identity/auth/nobody', {}, undefined, 'invalid_request'],
  ['GET', '/identity/interaction/nobody', {}, undefined, 'not-found'],
  ['POST', '/identity/interaction/nobody', FORM, 'user=42', 'not-found'],
  [
    'POST',
    '/identity/interaction/nobody',
    { 'content-type': 'application/json' },
    '{}',
    'unsupported-media-type',
  ],
  ['POST', '/identity/interaction/nobody', FORM, TWO_MIB, 'content-too-large'],
  ['GET', '/identity/nothing', {}, undefined, 'not-found'],
] as const

async function identity(t: Test, { gateway }: RunningStack, secrets: Secrets): Promise<void> {
  const calls = REFUSED_BY_IDENTITY.map(([method, path, headers, body, wanted]) => ({
    name: `${method} ${path} ${(body ?? '').slice(0, 60)}`,
    faults: async () => {
      const answer = await rawCall(gateway, { method, path, headers, ...(body !== undefined && { body }) })
      if (wanted.includes('-')) return problemFaults(answer, wanted, secrets)
      const { error } = answer.json ?? {}
      const code =
        error === wanted ? [] : [`error is ${error} instead of ${wanted}: ${answer.text.slice(0, 300)}`]
      return [...refusalFaults(answer, secrets), ...code]
    },
  }))
  await allGood(t, calls)
}
