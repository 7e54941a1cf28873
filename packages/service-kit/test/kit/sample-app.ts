import {
  type Caller,
  GATEWAY_ISSUER,
  generateCallerJwk,
  importCallerKey,
  signCaller,
} from '@stockgate/caller'
import { createCallerVerifier, createServiceApp, type ReadinessCheck } from '@stockgate/service-kit'
import { pino } from 'pino'
import type { Test } from 'tap'
import Type from 'typebox'
import { closed } from '../../src/schemas.ts'

/** A tiny service with one route of each sort, and tokens for it. */
export async function sampleApp(
  t: Test,
  options: { checks?: ReadinessCheck[]; lines?: string[]; keys?: URL } = {},
) {
  const key = await importCallerKey(await generateCallerJwk())
  const verifyCaller = createCallerVerifier('things', [
    { issuer: GATEWAY_ISSUER, keys: options.keys ?? { keys: [key.publicJwk] } },
  ])
  const logger = pino({ level: 'info' }, { write: (line: string) => options.lines?.push(line) })
  const app = await createServiceApp({
    name: 'things',
    title: 'Things',
    description: 'A sample.',
    publicUrl: new URL('https://api.example/'),
    verifyCaller,
    checks: options.checks ?? [],
    logger,
  })
  t.teardown(() => app.close())
  app.get(
    '/things',
    {
      config: { scopes: ['things:read'] },
      schema: { querystring: closed({ limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 9 })) }) },
    },
    async (request) => ({ limit: request.query.limit ?? null, caller: request.caller.sub }),
  )
  app.post(
    '/things',
    {
      schema: {
        querystring: closed({}),
        body: closed({ name: Type.String(), size: Type.Optional(Type.Integer()) }),
      },
    },
    async (request, reply) => reply.code(201).send(request.body),
  )
  app.get('/things/:thing_id', async () => ({ ok: true }))
  app.patch(
    '/things/:thing_id',
    { schema: { body: closed({ name: Type.String() }) } },
    async (request) => request.body,
  )
  app.get('/either', { config: { anyScopes: ['things:read', 'things:read:all'] } }, async () => ({
    ok: true,
  }))
  app.get('/broken', async () => {
    throw new Error('connection string with a secret')
  })

  const token = (caller: Partial<Caller> = {}, service = 'things') =>
    signCaller(
      key,
      service,
      { sub: '42', clientId: 'demo', scopes: new Set(['things:read']), ...caller },
      Math.floor(Date.now() / 1000),
      60,
    )
  const bearer = async (caller: Partial<Caller> = {}) => ({ authorization: `Bearer ${await token(caller)}` })
  return { app, token, bearer }
}
