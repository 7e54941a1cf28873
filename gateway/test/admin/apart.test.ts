import t from 'tap'
import { answersIn, call, exchange, rawRequest } from '../kit/call.ts'
import { startOperated } from './operated.ts'
import { ROUTES } from './routes.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
/** `/openapi.json` is there on both sides, and is looked at by itself. */
const OPEN = ['/metrics']

/** Every path of the admin side, by its route table and as its own description names it. */
const PATHS = [...new Set([...ROUTES.map(([, target]) => target), ...OPEN])]

t.test(
  'nothing of the admin side is reachable through the public port, by no method and no token',
  async (t) => {
    const { url, operate, revisions, operatorToken } = await startOperated(t)
    const described = Object.keys((await operate('/openapi.json', { scopes: null })).json.paths as object)
    const patterns = described.map((path) => new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}$`))
    for (const pattern of patterns)
      t.ok(
        PATHS.some((path) => pattern.test(path)),
        `${pattern} is tried here`,
      )
    const headers = { authorization: `Bearer ${await operatorToken()}`, 'if-match': '*' }
    for (const path of PATHS)
      for (const method of METHODS) {
        const body = method === 'POST' || method === 'PUT' || method === 'PATCH' ? '{}' : undefined
        const type = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': 2 }
        const answer = await call(url, path, {
          method,
          headers: { ...headers, ...type },
          ...(body && { body }),
        })
        t.equal(answer.status, 404, `${method} ${path}`)
      }
    t.equal(revisions.history().length, 1)
  },
)

t.test('no trick with host, target or port leads from the public port to the admin side', async (t) => {
  const { url, adminUrl, operatorToken } = await startOperated(t)
  const [port, admin] = [url, adminUrl].map((one) => Number(new URL(one).port)) as [number, number]
  const token = `Authorization: Bearer ${await operatorToken()}`
  const own = `Host: 127.0.0.1:${port}`
  const tries: [line: string, headers: string[]][] = [
    ['GET /limits', [`Host: 127.0.0.1:${admin}`]],
    ['GET /limits', [`Host: localhost:${admin}`]],
    ['GET /limits', [own, `X-Forwarded-Host: 127.0.0.1:${admin}`, `X-Forwarded-Port: ${admin}`]],
    ['GET /limits', [own, `Forwarded: host=127.0.0.1:${admin}`]],
    ['GET /limits', [own, 'X-Original-URL: /limits', 'X-Rewrite-URL: /limits']],
    ['GET /limits', [own, `Host: 127.0.0.1:${admin}`]],
    [`GET http://127.0.0.1:${admin}/limits`, [own]],
    [`GET http://127.0.0.1:${admin}/limits`, [`Host: 127.0.0.1:${admin}`]],
    [`GET //127.0.0.1:${admin}/limits`, [own]],
    [`GET @127.0.0.1:${admin}/limits`, [own]],
    [`CONNECT 127.0.0.1:${admin}`, [`Host: 127.0.0.1:${admin}`]],
    [`GET /admin/limits`, [own]],
    [`GET /:${admin}/limits`, [own]],
    ['GET /things/../limits', [own]],
    ['GET /things/%2e%2e/limits', [own]],
    ['GET /%6cimits', [own]],
    ['GET /LIMITS', [own]],
    ['GET /limits/', [own]],
  ]
  for (const [line, headers] of tries) {
    const [answer, ...more] = answersIn(await exchange(port, rawRequest(line, [...headers, token])))
    t.ok([400, 404, 405, 421].includes(answer?.status ?? 0), `${line} ${headers}: ${answer?.status}`)
    t.equal(more.length, 0)
    t.notMatch(answer?.text, /tiers|revision/)
  }
})

t.test(
  'none of the public routes is on the admin port, nor what the gateway itself offers clients',
  async (t) => {
    const { adminUrl, operatorToken } = await startOperated(t)
    const headers = { authorization: `Bearer ${await operatorToken('things:read ops:read ops:write')}` }
    const paths = ['/things', '/things/1', '/open', '/quick', '/docs', '/usage', '/problems/not-found']
    const known = ['/.well-known/jwks.json', '/.well-known/oauth-protected-resource', '/']
    for (const path of [...paths, ...known])
      for (const method of METHODS)
        t.equal((await call(adminUrl, path, { method, headers })).status, 404, `${method} ${path}`)
  },
)
