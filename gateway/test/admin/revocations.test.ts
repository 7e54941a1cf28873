import { hash } from 'node:crypto'
import { manualClock, type TestScope } from '@stockgate/test-kit'
import t from 'tap'
import { revocationRoutes } from '../../src/admin/revocations.ts'
import { openTestRevocations } from '../kit/tokens.ts'
import { startListener } from './http/listener.ts'
import { startOperated } from './operated.ts'

async function admin(t: TestScope) {
  const clock = manualClock('2026-11-22T10:00:00Z')
  const revocations = await openTestRevocations(t, { clock: clock.now })
  const listener = await startListener(t, (app) => revocationRoutes(app, { revocations, clock: clock.now }))
  const post = (body: unknown, rest = {}) => listener.call('/revocations', { method: 'POST', body, ...rest })
  return { ...listener, revocations, clock, post }
}

t.test('a revocation says what ends, until when and who wanted it, and is listed and logged', async (t) => {
  const { call, post, log } = await admin(t)
  const made = await post({ sub: 'alice', reason: 'left the company' }, { claims: { sub: 'jo' } })
  t.equal(made.status, 201)
  t.match(made.json, {
    id: /^rv_/,
    by: 'sub',
    name: 'alice',
    issuer: null,
    issued_until: '2026-11-22T10:00:00.000Z',
    revoked_at: '2026-11-22T10:00:00.000Z',
    revoked_by: 'ops (jo)',
    reason: 'left the company',
    expires_at: '2026-12-22T10:00:00.000Z',
  })
  const token_hash = hash('sha256', 'a token', 'base64url')
  const others = [
    { client: 'app', issuer: 'https://issuer.test', issued_until: '2026-11-22T09:00:00Z', reason: 'leaked' },
    { jti: 't-1', expires_in: 3_600, reason: 'logout' },
    { token_hash, expires_in: 'PT12H', reason: 'logout' },
  ]
  for (const body of others) t.equal((await post(body)).status, 201)
  const { items } = (await call('/revocations')).json as { items: object[] }
  t.match(items, [
    made.json,
    { by: 'client', name: 'app', issuer: 'https://issuer.test', issued_until: '2026-11-22T09:00:00.000Z' },
    { by: 'jti', name: 't-1', issued_until: null, expires_at: '2026-11-22T11:00:00.000Z' },
    { by: 'token', name: token_hash, issuer: null, expires_at: '2026-11-22T22:00:00.000Z' },
  ])
  const line = { audit: true, actor: 'ops (jo)', action: 'token.revoke', reason: 'left the company' }
  t.match(log, [{ ...line, target: made.json.id, outcome: 'done' }])
})

t.test(
  'a revocation that is none, names two things or has no reason is refused and told how to mend it',
  async (t) => {
    const { post, revocations } = await admin(t)
    const reason = 'test'
    const bad: [body: unknown, pointer: string][] = [
      [{ reason }, '#'],
      [{ reason, jti: 'x', sub: 'y' }, '#'],
      [{ jti: 'x' }, '#/reason'],
      [{ reason: '', jti: 'x' }, '#/reason'],
      [{ reason, jti: '' }, '#/jti'],
      [{ reason, jti: 'a\nb' }, '#/jti'],
      [{ reason, jti: 7 }, '#/jti'],
      [{ reason, token_hash: 'short' }, '#/token_hash'],
      [{ reason, token_hash: 'A'.repeat(43), issuer: 'https://issuer.test' }, '#/issuer'],
      [{ reason, jti: 'x', issued_until: '2026-11-22T09:00:00Z' }, '#/issued_until'],
      [{ reason, sub: 'x', issued_until: '2026-11-22T10:00:01Z' }, '#/issued_until'],
      [{ reason, sub: 'x', issued_until: 'yesterday' }, '#/issued_until'],
      [{ reason, sub: 'x', issued_until: '2026-11-22T09:00:00' }, '#/issued_until'],
      [{ reason, sub: 'x', issued_until: '2026-13-45T09:00:00Z' }, '#/issued_until'],
      [{ reason, sub: 'x', expires_in: 59 }, '#/expires_in'],
      [{ reason, sub: 'x', expires_in: 'P367D' }, '#/expires_in'],
      [{ reason, token: 'eyJ…' }, '#/token'],
    ]
    for (const [body, pointer] of bad) {
      const answer = await post(body)
      t.equal(answer.status, 400, JSON.stringify(body))
      t.match(answer.json, { errors: [{ pointer }] }, JSON.stringify(body))
    }
    t.same(revocations.list(), [])
    t.equal((await post({ jti: 'x', reason }, { scopes: 'ops:read' })).status, 403)
    t.equal((await post({ jti: 'x', reason }, { scopes: null })).status, 401)
  },
)

t.test(
  'an operator whose token is revoked is refused by the admin listener, as a client is by the public one',
  async (t) => {
    const { operate, visit } = await startOperated(t)
    t.equal((await visit('acme')).status, 200)
    const body = { client: 'acme', reason: 'broken' }
    t.equal((await operate('/revocations', { method: 'POST', body })).status, 201)
    t.equal((await visit('acme')).status, 401)
    const mine = { method: 'POST', body: { sub: 'mallory', reason: 'left' }, claims: { sub: 'mallory' } }
    t.equal((await operate('/revocations', mine)).status, 201)
    const after = await operate('/revocations', { claims: { sub: 'mallory' } })
    t.equal(after.status, 401)
    t.match(after.headers['www-authenticate'], /The token is revoked/)
    t.equal((await operate('/revocations')).status, 200)
    const { text } = await operate('/metrics')
    t.match(text, /\nstockgate_revocations 2\n/)
    t.match(text, /\nstockgate_issuer_keys\{issuer="https:\/\/issuer\.test"\} 1\n/)
    t.match(text, /\nstockgate_issuer_fetch_good\{issuer="https:\/\/issuer\.test"\} 1\n/)
    t.match(text, /\nstockgate_issuer_fetches_total\{issuer="https:\/\/issuer\.test",outcome="fetched"\} 1\n/)
    t.match(text, /\nstockgate_issuer_keys_age_seconds\{issuer="https:\/\/issuer\.test"\} \d/)
  },
)
