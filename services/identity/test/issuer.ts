import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestScope } from '@stockgate/test-kit'
import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose'
import * as oauth from 'openid-client'
import { pino } from 'pino'
import { createApp } from '../src/app.ts'
import { loadClients } from '../src/clients.ts'
import { loadSigningKeys } from '../src/signing-keys.ts'

/** The audience of access tokens in these tests. */
export const AUDIENCE = 'http://api.test'

export interface RunningIssuer {
  /** Issuer identifier, which is also where it listens. */
  readonly issuer: string
  /** What it wrote to its log, line by line. */
  readonly log: Record<string, unknown>[]
}

export interface IssuerChoices {
  state?: string
  signIn?: boolean
  path?: string
}

/** The whole app with the seeded clients, on a port of its own until the test ends. */
export async function startIssuer(t: TestScope, choices: IssuerChoices = {}): Promise<RunningIssuer> {
  const port = await freePort()
  const issuer = `http://127.0.0.1:${port}${choices.path ?? '/identity'}`
  const log: Record<string, unknown>[] = []
  const app = createApp({
    issuer,
    audience: AUDIENCE,
    keys: await loadSigningKeys(choices.state ?? stateFolder(t)),
    clients: loadClients({
      HOST: '127.0.0.1',
      ISSUER: new URL(issuer),
      CLIENTS: undefined,
      CLIENT_SECRETS: undefined,
    }),
    signIn: choices.signIn ?? true,
    tokenLifetime: 600,
    logger: pino({ level: 'debug' }, { write: (line: string) => void log.push(JSON.parse(line)) }),
  })
  await app.listen({ host: '127.0.0.1', port })
  t.teardown(() => app.close())
  return { issuer, log }
}

/** An empty folder, gone when the test ends. */
export function stateFolder(t: TestScope): string {
  const folder = mkdtempSync(join(tmpdir(), 'identity-test-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** openid-client's view of the issuer for one client, by real discovery. */
export function discover(
  issuer: string,
  client: string,
  secret = `${client}-secret`,
): Promise<oauth.Configuration> {
  return oauth.discovery(new URL(issuer), client, secret, oauth.ClientSecretBasic(secret), {
    execute: [oauth.allowInsecureRequests],
  })
}

/** Header and claims of an access token whose signature the published keys prove. */
export async function readToken(
  issuer: string,
  token: string,
): Promise<{ header: object; claims: JWTPayload }> {
  const keys = (await (await fetch(`${issuer}/jwks`)).json()) as JSONWebKeySet
  const { protectedHeader, payload } = await jwtVerify(token, createLocalJWKSet(keys))
  return { header: protectedHeader, claims: payload }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
