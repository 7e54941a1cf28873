import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTestIssuer, recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { ALGORITHMS } from '../../src/settings/algorithms.ts'
import { readKeyRing } from '../../src/settings/key-ring.ts'
import { isCanonicalToken } from '../../src/tokens/index.ts'
import { verifySignature } from '../../src/tokens/signature.ts'
import { readHeader } from '../../src/tokens/token-parts.ts'
import { call } from '../kit/call.ts'
import { PUBLIC_URL, startGateway } from '../kit/gateway.ts'
import { keyServer } from '../kit/tokens.ts'

interface Vector {
  readonly tcId: number
  readonly comment: string
  readonly jws: unknown
  readonly result: 'valid' | 'invalid' | 'acceptable'
}
interface Group {
  readonly comment: string
  readonly public?: Record<string, unknown>
  readonly private: Record<string, unknown>
  readonly tests: readonly Vector[]
}

const folder = process.env.STOCKGATE_VECTORS
const skip = folder === undefined && 'STOCKGATE_VECTORS does not name the folder with the public test vectors'

function groups(): readonly Group[] {
  const text = readFileSync(join(folder as string, 'jws', 'json_web_signature_test.json'), 'utf8')
  return (JSON.parse(text) as { testGroups: Group[] }).testGroups
}

/** The key of a group as its issuer would publish it. Shared secrets are no public keys, and published all the same. */
const published = (group: Group): Record<string, unknown> => ({
  kid: 'vector',
  ...(group.public ?? group.private),
})

/** As a token is judged, up to its claims, which these have none of. Tokens that name no key are given the only one. */
async function accepts(group: Group, jws: unknown): Promise<boolean> {
  if (typeof jws !== 'string' || !isCanonicalToken(jws)) return false
  const ring = readKeyRing({ keys: [published(group)] }, ALGORITHMS)
  const [header = ''] = jws.split('.')
  try {
    const { alg, kid } = readHeader(named(header))
    await verifySignature(jws, alg, ring?.keys.get(kid) ?? onlyKey(ring, header))
    return true
  } catch {
    return false
  }
}

function named(segment: string): string {
  const header = parse(segment)
  if (header === undefined || header.kid !== undefined) return segment
  return Buffer.from(JSON.stringify({ ...header, kid: 'vector' })).toString('base64url')
}

function onlyKey(ring: ReturnType<typeof readKeyRing>, segment: string) {
  return parse(segment)?.kid === undefined ? [...(ring?.keys.values() ?? [])][0] : undefined
}

function parse(segment: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(Buffer.from(segment, 'base64url').toString())
  } catch {
    return undefined
  }
}

/**
 * Whether the vector is one that we mean to take: signed with a key pair under an algorithm we know, the one the key
 * is published for, and with claims in it.
 */
const isOurs = (group: Group, { jws }: Vector): boolean => {
  if (group.public === undefined || typeof jws !== 'string' || jws.includes('..')) return false
  const alg = parse(jws.split('.')[0] as string)?.alg
  return typeof alg === 'string' && ALGORITHMS.includes(alg) && (group.public.alg ?? alg) === alg
}

t.test(
  'of all public vectors no invalid one is accepted, and no valid one of our kind is refused',
  { skip },
  async (t) => {
    const [wronglyAccepted, wronglyRefused]: [string[], string[]] = [[], []]
    let [seen, invalid, taken] = [0, 0, 0]
    for (const group of groups())
      for (const vector of group.tests) {
        seen++
        const accepted = await accepts(group, vector.jws)
        const name = `${vector.tcId} ${group.comment}: ${vector.comment}`
        if (vector.result === 'invalid') invalid++
        if (accepted) taken++
        if (accepted && (vector.result === 'invalid' || !isOurs(group, vector))) wronglyAccepted.push(name)
        if (!accepted && vector.result === 'valid' && isOurs(group, vector)) wronglyRefused.push(name)
      }
    t.same(wronglyAccepted, [])
    t.same(wronglyRefused, [])
    t.equal(seen, 401)
    t.ok(invalid > 200, `${invalid} invalid`)
    t.ok(taken > 20, `${taken} taken`)
  },
)

t.test(
  'a whole gateway refuses every one of them, and a good token after each group',
  { skip },
  async (t) => {
    const upstream = await recordingUpstream(t)
    const issuer = await createTestIssuer(t, { audience: PUBLIC_URL })
    const keys = groups().map((group, at) => ({ ...published(group), kid: `vector ${at}` }))
    const server = await keyServer(t, { keys: [...issuer.jwks.keys, ...keys] })
    const issuers = [
      { issuer: issuer.issuer, audience: PUBLIC_URL, jwks: server.url, algorithms: ALGORITHMS },
    ]
    const gateway = await startGateway(t, {
      upstream: upstream.url,
      issuer,
      issuers,
      env: { ADDRESS_LIMIT: '0' },
    })
    let refused = 0
    for (const group of groups()) {
      for (const { jws } of group.tests.slice(0, 8)) {
        if (typeof jws !== 'string' || !/^[\x21-\x7e]+$/.test(jws)) continue
        const { status } = await call(gateway.url, '/things/1', {
          headers: { authorization: `Bearer ${jws}` },
        })
        t.equal(status, 401)
        refused++
      }
      const good = await call(gateway.url, '/things/1', { headers: await gateway.auth() })
      t.equal(good.status, 200)
    }
    t.ok(refused > 80, `${refused} refused`)
    t.equal(upstream.requests.length, groups().length)
  },
)
