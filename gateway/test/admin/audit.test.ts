import { once } from 'node:events'
import { connect } from 'node:net'
import { createTestIssuer } from '@stockgate/test-kit'
import t from 'tap'
import { until } from '../kit/until.ts'
import { startListener } from './http/listener.ts'
import { LIMITS, startOperated, withQuota } from './operated.ts'

type Line = Record<string, unknown>

const audited = (log: readonly Line[]) => log.filter((line) => line.audit === true)

/** Every write there is, with a call that does not fail for want of anything else. */
const WRITES = [
  ['PUT', '/limits', 'limits.apply', { document: LIMITS, reason: 'x' }],
  ['POST', '/limits/rollback', 'limits.rollback', { revision: 1, reason: 'x' }],
  ['POST', '/limits/overrides', 'override.add', { client: 'a', tier: 'partner', until: 'soon', reason: 'x' }],
  ['POST', '/limits/overrides/ovr_1/end', 'override.end', { reason: 'x' }],
  ['POST', '/limits/candidates/tighter/rollout', 'candidate.rollout', { percent: 5, reason: 'x' }],
  ['POST', '/keys', 'key.create', { client: 'a', scopes: [], name: 'x' }],
  ['POST', '/keys/abcdefabcdef/rotation', 'key.rotate', {}],
  ['DELETE', '/keys/abcdefabcdef', 'key.revoke', undefined],
] as const

t.test('every write that is done leaves one line of the audit, with all that it is about', async (t) => {
  const { operate, log } = await startOperated(t)
  const put = {
    method: 'PUT',
    headers: { 'if-match': '"1"' },
    body: { document: withQuota(9), reason: 'sale' },
  }
  const answer = await operate('/limits', put)
  const [{ time, ...line } = {}, ...more] = audited(log)
  t.type(time, 'number')
  t.same(
    [line, ...more],
    [
      {
        level: 30,
        audit: true,
        actor: 'ops',
        action: 'limits.apply',
        revision: 2,
        reason: 'sale',
        outcome: 'done',
        status: 200,
        error: null,
        request_id: answer.headers['x-request-id'],
        address: '127.0.0.1',
        msg: 'changed by an operator',
      },
    ],
  )
})

t.test('every write that is refused leaves exactly one line, at whatever place it was refused', async (t) => {
  const { operate, log, revisions } = await startOperated(t)
  let lines = 0
  const refusedOnce = (what: string, expected: Line) => {
    const found = audited(log).slice(lines)
    lines += found.length
    t.match(found, [{ outcome: 'refused', ...expected }], what)
    t.equal(found.length, 1, what)
    t.notOk('revision' in (found[0] ?? {}), what)
  }
  for (const [method, target, action, body] of WRITES) {
    const headers = { 'if-match': '*' }
    const send = { method, headers, ...(body && { body }) }
    await operate(target, { ...send, scopes: null })
    refusedOnce(`${target} without a token`, { action, actor: null, status: 401, error: 'GW_NO_TOKEN' })
    await operate(target, { ...send, scopes: null, headers: { authorization: 'Bearer a.b.c' } })
    refusedOnce(`${target} with a bad one`, { action, actor: null, status: 401, error: 'GW_BAD_TOKEN' })
    await operate(target, { ...send, scopes: 'ops:read' })
    refusedOnce(`${target} without its scope`, { action, actor: 'ops', status: 403, error: 'GW_SCOPE' })
    await operate(`${target}?surprise=1`, send)
    refusedOnce(`${target} with a surprise`, { action, actor: 'ops', status: 400, error: 'GW_PARAMETER' })
    if (body === undefined) continue
    await operate(target, { ...send, body: '{' })
    refusedOnce(`${target} with no JSON`, { action, actor: 'ops', status: 400, error: 'GW_JSON' })
    await operate(target, { ...send, body: { ...body, surprise: 1 } })
    refusedOnce(`${target} with another member`, { action, actor: 'ops', status: 400, error: 'GW_INPUT' })
    await operate(target, { ...send, headers: { ...headers, 'content-type': 'text/plain' } })
    refusedOnce(`${target} as text`, { action, actor: 'ops', status: 415, error: 'GW_MEDIA_TYPE' })
    await operate(target, { ...send, body: ' '.repeat(1024 * 1024 + 1) })
    refusedOnce(`${target} too large`, { action, actor: 'ops', status: 413, error: 'GW_BODY_SIZE' })
  }
  const put = { method: 'PUT', body: { document: withQuota(9), reason: 'sale' } }
  await operate('/limits', put)
  refusedOnce('no If-Match', { status: 428, error: 'GW_NO_IF_MATCH', reason: 'sale' })
  await operate('/limits', { ...put, headers: { 'if-match': '"0"' } })
  refusedOnce('a stale If-Match', { status: 412, error: 'GW_STALE', reason: 'sale' })
  await operate('/limits/overrides/ovr_1/end', { method: 'POST', body: { reason: 'x' } })
  refusedOnce('nothing there', { status: 404, error: 'GW_NO_ROUTE', target: 'ovr_1' })
  await operate('/keys', { method: 'POST', body: { client: 'a', scopes: ['things:read'], name: 'x' } })
  refusedOnce('no pepper', { action: 'key.create', status: 409, error: 'GW_STATE' })
  t.equal(revisions.history().length, 1)
})

t.test('a read that is refused for its token is told as well, and is no line of the audit', async (t) => {
  const { operate, log } = await startOperated(t)
  await operate('/limits', { scopes: null })
  await operate('/keys', { scopes: 'ops:write' })
  await operate('/limits/check', { method: 'POST', scopes: 'ops:write', body: '{' })
  await operate('/limits')
  const told = log.filter(({ msg }) => msg === 'a read by an operator was refused')
  t.match(told, [
    { actor: null, method: 'GET', route: '/limits', status: 401, error: 'GW_NO_TOKEN', address: '127.0.0.1' },
    {
      actor: 'ops',
      method: 'GET',
      route: '/keys',
      status: 403,
      error: 'GW_SCOPE',
      request_id: /^[0-9a-f]{32}$/,
    },
    { actor: 'ops', method: 'POST', route: '/limits/check', status: 403, error: 'GW_SCOPE' },
  ])
  t.equal(told.length, 3)
  t.same(audited(log), [])
})

t.test('a write whose client leaves before its body is there is told once', async (t) => {
  const listener = await startListener(t, (app) => {
    app.put('/limits', { config: { access: 'ops:write', action: 'limits.apply' } }, async () => ({}))
  })
  const { port, issuer, log } = listener
  const token = await issuer.sign({ scope: 'ops:write', client_id: 'ops', sub: 'ops' })
  const headers = { authorization: `Bearer ${token}` }
  // The token is known from here on: who asks is found out before the connection can break.
  t.equal((await listener.call('/limits', { method: 'PUT', scopes: null, headers })).status, 200)
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  const head = ['PUT /limits HTTP/1.1', `Host: 127.0.0.1:${port}`, `Authorization: Bearer ${token}`]
  socket.write(
    `${head.join('\r\n')}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"document":`,
  )
  socket.destroySoon()
  await until(() => audited(log).length > 1, 'the line of the audit')
  t.match(audited(log), [
    { outcome: 'done' },
    { actor: 'ops', action: 'limits.apply', outcome: 'refused', status: null, error: 'GW_CLIENT_GONE' },
  ])
})

t.test('no key, no token and no document gets into the audit, wherever somebody puts it', async (t) => {
  const { operate, log } = await startOperated(t)
  const issuer = await createTestIssuer(t)
  const token = await issuer.sign({ scope: 'ops:write' })
  const key = `sgk_abcdefabcdef_${'K'.repeat(49)}`
  for (const secret of [key, token, key.slice(0, 60)]) {
    await operate(`/keys/${secret}`, { method: 'DELETE' })
    await operate(`/keys/${secret}/rotation`, { method: 'POST', body: {} })
    await operate(`/keys/x%0a${secret}`, { method: 'DELETE', scopes: null })
  }
  await operate('/limits', { method: 'PUT', headers: { 'if-match': '*' }, body: { document: { hidden: 1 } } })
  // A token is longer than any id, and a line end is in no path: those are no routes, so nothing was tried.
  t.equal(audited(log).length, 5)
  t.notMatch(JSON.stringify(log), /KKKK|eyJ|hidden/)
})
