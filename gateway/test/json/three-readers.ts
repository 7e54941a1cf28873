import { createCallerVerifier, GATEWAY_ISSUER } from '@stockgate/caller'
import { createServiceApp } from '@stockgate/service-kit'
import type { TestScope } from '@stockgate/test-kit'
import { pino } from 'pino'
import Type from 'typebox'
import { startListener } from '../admin/http/listener.ts'
import { type CallAnswer, call } from '../kit/call.ts'
import { startGateway } from '../kit/gateway.ts'

type Send = (body: Buffer, type?: string) => Promise<CallAnswer>

/** The same body sent to the three places where somebody reads JSON. */
export interface ThreeReaders {
  /** Straight to a service, with a caller token as the gateway gave it. */
  readonly service: Send
  /** To the gateway in front of that service. */
  readonly through: Send
  /** To the admin listener. */
  readonly admin: Send
}

/** A service, a gateway in front of it and an admin listener, each on a free port, whose route takes any JSON. */
export async function startThreeReaders(t: TestScope): Promise<ThreeReaders> {
  let verify: ReturnType<typeof createCallerVerifier> | undefined
  let token = ''
  const service = await createServiceApp({
    name: 'shop',
    title: 'Shop',
    description: 'Takes any JSON.',
    publicUrl: new URL('https://api.test'),
    verifyCaller: async (given) => {
      token = given
      if (verify === undefined) throw new Error('there is no gateway yet')
      return await verify(given)
    },
    checks: [],
    logger: pino({ level: 'silent' }),
  })
  service.post('/things', { schema: { body: Type.Unknown() } }, async (request) => ({ read: request.body }))
  const serviceUrl = await service.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(() => service.close())
  const gateway = await startGateway(t, { upstream: serviceUrl })
  verify = createCallerVerifier('shop', [
    { issuer: GATEWAY_ISSUER, keys: new URL('/.well-known/jwks.json', gateway.url) },
  ])
  const admin = await startListener(t, (app) => {
    app.post(
      '/things',
      { config: { access: 'ops:write', action: 'test.write' }, schema: { body: Type.Unknown() } },
      async (request) => ({ read: request.body }),
    )
  })
  const auth = await gateway.auth()
  const operator = await admin.issuer.sign({ scope: 'ops:write', client_id: 'ops', sub: 'ops' })
  const sender =
    (url: string, authorization: () => string): Send =>
    (body, type = 'application/json') => {
      const headers = {
        authorization: authorization(),
        'content-type': type,
        'content-length': body.length,
      }
      return call(url, '/things', { method: 'POST', headers, body })
    }
  const through = sender(gateway.url, () => auth.authorization)
  const first = await through(Buffer.from('{}'))
  if (first.status !== 200) throw new Error(`a good body is refused: ${first.status} ${first.text}`)
  return {
    through,
    service: sender(serviceUrl, () => `Bearer ${token}`),
    admin: sender(`http://127.0.0.1:${admin.port}`, () => `Bearer ${operator}`),
  }
}
