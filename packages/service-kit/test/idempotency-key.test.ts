import { errorWith } from '@stockgate/test-kit'
import type { FastifyRequest } from 'fastify'
import t from 'tap'
import { idempotentCall } from '../src/idempotency-key.ts'

function request(key: string | undefined, body: unknown = { a: 1 }): FastifyRequest {
  return {
    headers: { 'idempotency-key': key },
    caller: { clientId: 'demo', sub: '42', scopes: new Set() },
    method: 'POST',
    url: '/things?x=1',
    body,
  } as unknown as FastifyRequest
}

t.test('a quoted key and the same key bare are one key', async (t) => {
  t.equal(idempotentCall(request('"8e03-978e"')).key, '8e03-978e')
  t.equal(idempotentCall(request('8e03-978e')).key, '8e03-978e')
  t.equal(idempotentCall(request('"a\\"b"')).key, 'a"b')
})

t.test('a missing key is required, an unusable one invalid', async (t) => {
  t.throws(
    () => idempotentCall(request(undefined)),
    errorWith({ kind: { slug: 'idempotency-key-required' } }),
  )
  for (const bad of ['', '""', '"open', 'in"side', 'ü', 'x'.repeat(256)])
    t.throws(
      () => idempotentCall(request(bad)),
      errorWith({ kind: { slug: 'idempotency-key-invalid' } }),
      bad,
    )
})

t.test('another body is another fingerprint, another caller or path another owner', async (t) => {
  const one = idempotentCall(request('k'))
  t.equal(one.owner, 'demo 42 POST /things')
  t.equal(idempotentCall(request('k')).fingerprint, one.fingerprint)
  t.not(idempotentCall(request('k', { a: 2 })).fingerprint, one.fingerprint)
})
