import { type RecordingUpstream, recordingUpstream, type TestScope } from '@stockgate/test-kit'
import t from 'tap'
import { type AdminClient, createAdminClient } from '../../src/client/admin-client.ts'
import { AdminRefused } from '../../src/client/admin-error.ts'
import { adminUrl } from '../../src/client/known-clients.ts'
import { tokens, type UpstreamHandler } from '../kit/api.ts'
import { folder } from '../kit/files.ts'

interface Said {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

/** A client of a listener that gives these answers in turn, the last one again and again. */
async function adminOf(
  t: TestScope,
  ...said: Said[]
): Promise<{ admin: AdminClient; listener: RecordingUpstream }> {
  let count = 0
  const handler: UpstreamHandler = (_request, response) => {
    const { status, body, headers } = said[Math.min(count++, said.length - 1)] as Said
    response.writeHead(status, headers)
    response.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body))
  }
  const listener = await recordingUpstream(t, handler)
  const admin = createAdminClient({ admin: new URL(listener.url), tokens: tokens(), clientId: 'ops' })
  return { admin, listener }
}

async function refusal(admin: AdminClient): Promise<AdminRefused> {
  try {
    await admin.send({ method: 'GET', path: '/limits' })
  } catch (error) {
    if (error instanceof AdminRefused) return error
    throw error
  }
  throw new Error('it was not refused')
}

t.test(
  'a call carries the token, the body and its headers; the answer its status, headers and body',
  async (t) => {
    const { admin, listener } = await adminOf(t, { status: 201, body: { a: 1 }, headers: { etag: '"7"' } })
    const call = {
      method: 'PUT',
      path: '/limits?wait=5',
      body: { b: 2 },
      headers: { 'if-match': '"6"' },
    } as const
    const answer = await admin.send(call)
    t.match({ status: answer.status, body: answer.body }, { status: 201, body: { a: 1 } })
    t.equal(answer.headers.get('etag'), '"7"')
    const [request] = listener.requests
    t.match(request, { method: 'PUT', url: '/limits?wait=5', text: '{"b":2}' })
    t.match(request?.headers, {
      authorization: 'Bearer token-1',
      'if-match': '"6"',
      'content-type': 'application/json',
    })
  },
)

t.test('a token that ran out is replaced once; other refusals are not tried again', async (t) => {
  const { admin, listener } = await adminOf(t, { status: 401, body: {} }, { status: 200, body: {} })
  t.equal((await admin.send({ method: 'POST', path: '/keys', body: {} })).status, 200)
  t.same(
    listener.requests.map(({ headers }) => headers.authorization),
    ['Bearer token-1', 'Bearer token-2'],
  )
  for (const [status, calls] of [
    [401, 2],
    [503, 1],
  ] as const) {
    const { admin, listener } = await adminOf(t, { status, body: { title: 'no' } })
    t.equal((await refusal(admin)).status, status)
    t.equal(listener.requests.length, calls)
  }
})

t.test('a problem becomes words: what is wrong, and each place of it', async (t) => {
  const { admin } = await adminOf(t, {
    status: 400,
    body: {
      type: 'https://x.test/problems/validation-error',
      title: 'The body breaks a rule',
      errors: [
        { pointer: '#/a', detail: 'is wrong', code: 'x' },
        { pointer: '#/b/0', detail: 'is too' },
      ],
    },
  })
  const error = await refusal(admin)
  t.equal(error.message, 'The body breaks a rule\n  #/a: is wrong\n  #/b/0: is too')
  t.equal(error.problem, 'validation-error')
  t.same(error.places.length, 2)
})

t.test('further members of a problem are there for the command', async (t) => {
  const body = {
    type: '/problems/precondition-failed',
    detail: 'Changed.',
    current_revision: 9,
    changes: ['x'],
  }
  const { admin } = await adminOf(t, { status: 412, body })
  t.match((await refusal(admin)).document, { current_revision: 9, changes: ['x'] })
})

t.test('trouble on the other side names the trace; a missing scope names who lacks it', async (t) => {
  const trouble = await adminOf(t, { status: 500, body: { title: 'Something went wrong.', trace_id: 'abc' } })
  t.equal((await refusal(trouble.admin)).message, 'Something went wrong. [trace abc]')
  const scope = await adminOf(t, { status: 403, body: { detail: 'This call needs the scope ops:write.' } })
  t.match(
    (await refusal(scope.admin)).message,
    /^"ops" may not do this: This call needs the scope ops:write\./,
  )
})

t.test('something else at the address is no admin listener, whatever it answers', async (t) => {
  for (const said of [
    { status: 404, body: '<html>' },
    { status: 200, body: '<html>' },
    { status: 200, body: 'null' },
    { status: 502 },
  ])
    t.match((await refusal((await adminOf(t, said)).admin)).message, /that is no admin listener$/)
  const { admin } = await adminOf(t, { status: 200, body: {} })
  await t.rejects(
    admin.send({ method: 'GET', path: '/keys', holds: ['items'] }),
    /that is no admin listener$/,
  )
})

t.test('redirects are not followed: a token is for one address', async (t) => {
  const other = await recordingUpstream(t)
  const { admin } = await adminOf(t, { status: 307, headers: { location: other.url } })
  await t.rejects(admin.send({ method: 'GET', path: '/keys' }), /not reachable/)
  t.same(other.requests, [])
})

t.test(
  'the address is the option, else the environment, else what pnpm start left, else the default',
  async (t) => {
    const { writeRunning } = await import('@stockgate/stack/home')
    const home = folder(t)
    t.equal(adminUrl(undefined, { STOCKGATE_HOME: home }).href, 'http://127.0.0.1:9090/')
    writeRunning(home, { pid: 0, gateway: 'http://127.0.0.1:1', admin: 'http://127.0.0.1:2' })
    const env = { STOCKGATE_HOME: home, STOCKGATE_ADMIN_URL: 'http://127.0.0.1:3' }
    t.equal(adminUrl(undefined, { STOCKGATE_HOME: home }).port, '2')
    t.equal(adminUrl(undefined, env).port, '3')
    t.equal(adminUrl('https://admin.test', env).href, 'https://admin.test/')
    for (const bad of ['nonsense', 'ftp://x', ''])
      t.throws(() => adminUrl(bad, env), /is not the address of an admin listener/)
  },
)
