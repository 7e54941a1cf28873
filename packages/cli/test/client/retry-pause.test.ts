import t from 'tap'
import { retryKind, retryPause } from '../../src/client/retry-pause.ts'

const NOW = Date.parse('2026-11-22T10:00:00Z')
const outcome = (status: number | undefined, more: { problem?: string; retryAfter?: string } = {}) => ({
  status,
  problem: more.problem,
  retryAfter: more.retryAfter,
})

t.test('passing trouble is told from a limit, and both from an answer', async (t) => {
  for (const status of [undefined, 408, 425, 502, 503, 504]) t.equal(retryKind(outcome(status)), 'transient')
  t.equal(retryKind(outcome(429)), 'limited')
  for (const status of [200, 201, 202, 207, 400, 401, 404, 422, 500])
    t.equal(retryKind(outcome(status)), undefined)
})

t.test('a key whose first call still runs is worth another try, other conflicts are answers', async (t) => {
  t.equal(retryKind(outcome(409, { problem: 'idempotency-key-in-flight' })), 'transient')
  t.equal(retryKind(outcome(409, { problem: 'insufficient-stock' })), undefined)
})

t.test('Retry-After is waited out in seconds or until a date, and never cut short by jitter', async (t) => {
  for (const random of [0, 0.99]) {
    t.ok(retryPause(outcome(429, { retryAfter: '3' }), 1, random, NOW) >= 3000)
    const date = 'Sun, 22 Nov 2026 10:00:07 GMT'
    t.ok(retryPause(outcome(503, { retryAfter: date }), 1, random, NOW) >= 7000)
  }
})

t.test('a Retry-After of a day is waited out for two minutes only, a past date not at all', async (t) => {
  t.equal(retryPause(outcome(503, { retryAfter: '86400' }), 1, 0, NOW), 120_000)
  t.equal(retryPause(outcome(503, { retryAfter: 'Sun, 22 Nov 2026 09:00:00 GMT' }), 1, 0, NOW), 0)
})

t.test('without Retry-After the pause grows to a bound and jitter takes at most half of it', async (t) => {
  const longest = [1, 2, 3, 10, 1000].map((attempt) => retryPause(outcome(502), attempt, 1, NOW))
  t.same(longest, [200, 400, 800, 5000, 5000])
  t.equal(retryPause(outcome(502, { retryAfter: 'soon' }), 1, 0, NOW), 100)
})
