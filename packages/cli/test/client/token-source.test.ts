import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { createTokenSource, TokenError } from '../../src/client/token-source.ts'

type Answer = (response: ServerResponse, calls: number) => void

/** A token endpoint on a port of its own; `calls` counts what it was asked. */
async function endpoint(t: Test, answer: Answer) {
  const seen: { authorization: string | undefined; body: string; path: string | undefined }[] = []
  const server = createServer(async (request: IncomingMessage, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    seen.push({ authorization: request.headers.authorization, body, path: request.url })
    answer(response, seen.length)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.close()
    server.closeAllConnections()
  })
  const gateway = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  return { gateway, seen }
}

const json = (response: ServerResponse, status: number, body: object, headers = {}) =>
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))

const numbered: Answer = (response, calls) =>
  json(response, 200, { access_token: `token-${calls}`, expires_in: 600 })

const client = { clientId: 'demo', clientSecret: 'demo-secret' }

t.test('a token is asked for once and kept until shortly before it expires', async (t) => {
  const { gateway, seen } = await endpoint(t, numbered)
  let now = 0
  const source = createTokenSource({ gateway, ...client, now: () => now })
  t.equal(await source.token(), 'token-1')
  now = 569_000
  t.equal(await source.token(), 'token-1')
  now = 571_000
  t.equal(await source.token(), 'token-2')
  t.equal(seen.length, 2)
  t.match(seen[0], { path: '/identity/token', body: 'grant_type=client_credentials' })
})

t.test('callers at the same time share one request', async (t) => {
  const { gateway, seen } = await endpoint(t, numbered)
  const source = createTokenSource({ gateway, ...client })
  const tokens = await Promise.all(Array.from({ length: 50 }, () => source.token()))
  t.same(new Set(tokens), new Set(['token-1']))
  t.equal(seen.length, 1)
})

t.test('after invalidate the next call asks again', async (t) => {
  const { gateway } = await endpoint(t, numbered)
  const source = createTokenSource({ gateway, ...client })
  await source.token()
  source.invalidate()
  t.equal(await source.token(), 'token-2')
})

t.test('id and secret are form-encoded before base64, as OAuth wants it', async (t) => {
  const { gateway, seen } = await endpoint(t, numbered)
  await createTokenSource({ gateway, clientId: 'a:b', clientSecret: 'ü +%' }).token()
  const [, encoded = ''] = seen[0]?.authorization?.split(' ') ?? []
  t.equal(Buffer.from(encoded, 'base64').toString(), 'a%3Ab:%C3%BC+%2B%25')
})

t.test('a busy gateway is asked again after the pause it names', async (t) => {
  const { gateway, seen } = await endpoint(t, (response, calls) =>
    calls < 3
      ? json(response, calls === 1 ? 429 : 503, {}, { 'retry-after': '0' })
      : numbered(response, calls),
  )
  t.equal(await createTokenSource({ gateway, ...client }).token(), 'token-3')
  t.equal(seen.length, 3)
})

t.test('a refusal is an error that says what to do, and is not remembered', async (t) => {
  const { gateway } = await endpoint(t, (response, calls) =>
    calls === 1 ? json(response, 401, { error: 'invalid_client' }) : numbered(response, calls),
  )
  const source = createTokenSource({ gateway, ...client })
  const refusal = await source.token().catch((error: unknown) => error)
  t.type(refusal, TokenError)
  t.match(String(refusal), /does not know the client "demo" with this secret.*--secret/)
  t.notMatch(String(refusal), /demo-secret/)
  t.equal(await source.token(), 'token-2')
})

t.test('whatever else is answered ends in one line', async (t) => {
  for (const [status, body, line] of [
    [404, { title: 'Not found' }, /gave no token for "demo": 404 Not found/],
    [502, { detail: 'identity does not answer' }, /gave no token for "demo": 502 identity does not answer/],
    [200, { something: 'else' }, /gave no token for "demo": 200 no reason given/],
    [200, 'text', /gave no token for "demo": 200/],
  ] as const) {
    const { gateway } = await endpoint(t, (response) => {
      if (typeof body === 'string') response.end(body)
      else json(response, status, body)
    })
    const refusal = await createTokenSource({ gateway, ...client })
      .token()
      .catch((error: unknown) => error)
    t.type(refusal, TokenError)
    t.match(String(refusal), line)
    t.notMatch(String(refusal), /\n/)
  }
})

t.test('a gateway that is not there is named with what to do', async (t) => {
  const gateway = new URL('http://127.0.0.1:1')
  const refusal = await createTokenSource({ gateway, ...client })
    .token()
    .catch((error: unknown) => error)
  t.type(refusal, TokenError)
  t.match(String(refusal), /gateway not reachable at http:\/\/127\.0\.0\.1:1: start it with pnpm start/)
})
