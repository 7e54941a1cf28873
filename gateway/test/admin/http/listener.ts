import { Writable } from 'node:stream'
import { createTestIssuer, type TestIssuer, type TestScope } from '@stockgate/test-kit'
import { pino } from 'pino'
import { type AdminApp, createListener } from '../../../src/admin/http/listener.ts'
import { readGatewaySettings } from '../../../src/settings.ts'
import type { Certificates } from '../../../src/tls/index.ts'
import { createTokens, type Revocations } from '../../../src/tokens/index.ts'
import { type CallAnswer, type CallOptions, call } from '../../kit/call.ts'
import { trusted } from '../../kit/tokens.ts'

export interface OperatorCall extends Omit<CallOptions, 'body'> {
  /** Scopes of the token; null sends none. */
  scopes?: string | null
  /** Further claims of the token. */
  claims?: Record<string, unknown>
  /** Sent as JSON; texts and bytes are sent as they are. */
  body?: unknown
}

export interface TestListener {
  readonly port: number
  readonly issuer: TestIssuer
  readonly log: readonly Record<string, unknown>[]
  call(target: string, options?: OperatorCall): Promise<CallAnswer>
}

export interface ListenerOptions {
  readonly issuer?: TestIssuer
  /** URL of the issuer's keys. */
  readonly keys?: string
  readonly revocations?: Revocations
  readonly env?: Readonly<Record<string, string>>
  readonly adminCertificates?: Certificates | null
}

/** The tokens of these listeners are checked by keys of the test's own. */
const NO_ISSUERS = JSON.stringify([{ issuer: 'https://a', audience: 'b', jwks: 'https://a/jwks' }])

/** The common part of the admin listener on a free port, with a real issuer and the routes a test gives it. */
export async function startListener(
  t: TestScope,
  routes: (app: AdminApp) => void,
  { issuer, keys, revocations, env, adminCertificates = null }: ListenerOptions = {},
): Promise<TestListener> {
  const operators = issuer ?? (await createTestIssuer(t))
  const { log, lines } = keptLog()
  const tokens = createTokens({
    issuers: [trusted(operators, keys === undefined ? {} : { keys: new URL(keys) })],
    ...(revocations && { revocations }),
    clock: Date.now,
    log,
  })
  const settings = readGatewaySettings({ MANIFESTS: 'unused', ISSUERS: NO_ISSUERS, ...env })
  const app = createListener({ settings, adminCertificates, tokens, publicUrl: 'https://api.test', log })
  app.register(async (scope) => routes(scope as AdminApp))
  await app.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(() => app.close())
  const { port } = app.server.address() as { port: number }
  return {
    port,
    issuer: operators,
    log: lines,
    call: operatorCalls(`http://127.0.0.1:${port}`, operators),
  }
}

/** Calls as an operator makes them, with a fresh token each. */
export function operatorCalls(url: string, issuer: TestIssuer): TestListener['call'] {
  return async (target, { scopes = 'ops:read ops:write', claims = {}, body, headers, ...rest } = {}) => {
    const token =
      scopes === null
        ? undefined
        : await issuer.sign({ scope: scopes, client_id: 'ops', sub: 'ops', ...claims })
    const raw = body === undefined || typeof body === 'string' || Buffer.isBuffer(body)
    const sent = raw ? (body as string | Buffer | undefined) : JSON.stringify(body)
    return await call(url, target, {
      ...rest,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(sent !== undefined && {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(sent),
        }),
        ...(headers as Record<string, string> | undefined),
      },
      ...(sent !== undefined && { body: sent }),
    })
  }
}

/** A log whose lines can be looked at. */
export function keptLog() {
  const lines: Record<string, unknown>[] = []
  const output = new Writable({
    write(chunk, _encoding, done) {
      lines.push(JSON.parse(String(chunk)))
      done()
    },
  })
  return { lines, log: pino({ level: 'debug', base: null }, output) }
}
