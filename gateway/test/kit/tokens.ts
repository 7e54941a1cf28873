import { createServer, type Server } from 'node:http'
import { Writable } from 'node:stream'
import type { TestIssuer, TestScope } from '@stockgate/test-kit'
import { pino } from 'pino'
import { type Journal, openJournal } from '../../src/journal/index.ts'
import { openConnections } from '../../src/redis/index.ts'
import { type KeyRing, readKeyRing } from '../../src/settings/key-ring.ts'
import type { Issuer } from '../../src/settings.ts'
import {
  createRevocations,
  createTokens,
  isCanonicalToken,
  KeysUnreachable,
  type RevocationEvent,
  type Revocations,
  TokenRefused,
} from '../../src/tokens/index.ts'
import { folderOf } from './folder.ts'
import type { Forge } from './forge.ts'

/** An issuer of a test as the settings would name it, with the keys it has now; `change` says what is otherwise. */
export function trusted(issuer: TestIssuer, change: Partial<Issuer> = {}): Issuer {
  const { algorithms = ['ES256'] } = change
  return {
    issuer: issuer.issuer,
    audience: issuer.audience,
    keys: readKeyRing(issuer.jwks, algorithms) as KeyRing,
    algorithms,
    expLeeway: 5,
    nbfLeeway: 5,
    iatLeeway: 5,
    ...change,
  }
}

/** A key set endpoint whose behaviour the test changes. */
export interface KeyServer {
  readonly url: string
  body: string
  status: number
  headers: Record<string, string>
  /** Milliseconds since the epoch of every request, by the clock of the test. */
  readonly fetches: number[]
  /** While set, answers wait for it. */
  hold: Promise<void> | undefined
  /** Answers instead of all that, where it is set. */
  answer: ((...args: Parameters<NonNullable<Parameters<typeof createServer>[1]>>) => void) | undefined
  close(): Promise<void>
}

/** Serves a key set until the test ends. */
export async function keyServer(
  t: TestScope,
  set: unknown,
  clock: () => number = Date.now,
): Promise<KeyServer> {
  const server: Server = createServer(async (request, response) => {
    state.fetches.push(clock())
    if (state.answer !== undefined) return state.answer(request, response)
    const { body, status, headers } = state
    await state.hold
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  t.teardown(close)
  const state: KeyServer = {
    url: `http://127.0.0.1:${port}/jwks`,
    body: JSON.stringify(set),
    status: 200,
    headers: {},
    fetches: [],
    hold: undefined,
    answer: undefined,
    close,
  }
  return state
}

export interface TestRevocationsOptions {
  /** The state folder; a fresh one by default. */
  readonly folder?: string
  /** Shared with other gateways through this Redis. */
  readonly redisUrl?: string
  readonly clock?: () => number
  readonly most?: number
}

export interface TestRevocations extends Revocations {
  readonly folder: string
  readonly journal: Journal<RevocationEvent>
  /** Ends it before the test does, as a gateway that stops. */
  readonly end: () => Promise<void>
}

/** Revocations over a real journal: a file of their own, and a Redis where one is given. */
export async function openTestRevocations(
  t: TestScope,
  { folder = folderOf(t, {}), redisUrl, clock = Date.now, most = 10_000 }: TestRevocationsOptions = {},
): Promise<TestRevocations> {
  const log = pino({ level: 'silent' })
  const redis = redisUrl === undefined ? undefined : await openConnections(redisUrl, { required: false })
  const journal = await openJournal<RevocationEvent>({
    name: 'revocations',
    folder,
    log,
    ...(redis && { redis }),
  })
  const revocations = createRevocations({ journal, most, clock, log })
  let ended: Promise<void> | undefined
  const endNow = async (): Promise<void> => {
    revocations.close()
    await journal.close()
    redis?.close()
  }
  const end = (): Promise<void> => {
    ended ??= endNow()
    return ended
  }
  t.teardown(end)
  return Object.assign(revocations, { folder, journal, end })
}

export interface TestTokensOptions {
  readonly issuers: readonly Issuer[]
  readonly clock?: () => number
  readonly folder?: string
  readonly maxStaleMs?: number
  readonly revocations?: Revocations
}

/** The tokens of these issuers as a gateway has them, with the log they leave. Ends with the test. */
export function openTestTokens(t: TestScope, { clock = Date.now, ...options }: TestTokensOptions) {
  const lines: Record<string, unknown>[] = []
  const output = new Writable({
    write: (chunk, _encoding, done) => {
      lines.push(JSON.parse(String(chunk)))
      done()
    },
  })
  const log = pino({ level: 'debug', base: null }, output)
  const tokens = createTokens({ ...options, clock, log })
  tokens.start()
  t.teardown(tokens.stop)
  /** What becomes of a token as both listeners judge it: `good`, or why it is refused. */
  const verdict = async (token: string): Promise<string> => {
    if (!isCanonicalToken(token)) return 'not canonical'
    if (tokens.recall(token) !== undefined) return 'good'
    try {
      await tokens.learn(token)
      return 'good'
    } catch (error) {
      if (error instanceof TokenRefused) return error.message
      if (error instanceof KeysUnreachable) return 'no keys'
      throw error
    }
  }
  return { tokens, verdict, log: lines }
}

/** The settings of an issuer with the key of a forge, given with the settings or at a URL. */
export function forgeIssuer(forge: Forge, change: Partial<Issuer> = {}): Issuer {
  const { algorithms = ['ES256'] } = change
  return {
    issuer: 'https://issuer.test',
    audience: 'https://api.test',
    keys: readKeyRing({ keys: [forge.jwk] }, algorithms) as KeyRing,
    algorithms,
    expLeeway: 5,
    nbfLeeway: 5,
    iatLeeway: 5,
    ...change,
  }
}
