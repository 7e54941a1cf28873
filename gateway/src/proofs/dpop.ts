import { hash } from 'node:crypto'
import { type JWK, jwtVerify } from 'jose'
import { isCanonicalToken } from '../tokens/index.ts'
import { readStrictObject } from '../tokens/strict-json.ts'
import { type Flaw, flaws } from './flaw.ts'
import { createProofKeys, PROOF_ALGORITHMS, thumbprintOf } from './proof-key.ts'
import { createReplays } from './replays.ts'
import { isSameTarget } from './same-target.ts'

/** A proof of the largest key has half of it. */
const LONGEST_PROOF = 4 * 1024
const LONGEST_ID = 256
const BOUNDS = { deepest: 4, most: 64 }
/** Clients have clocks of their own and slow networks; a proof is for one call all the same. */
const PAST_MS = 60_000
const FUTURE_MS = 5_000

/** One call that claims to come from the holder of a key. */
export interface ProvenCall {
  /** The DPoP header. */
  readonly proof: string | undefined
  readonly method: string
  /** What clients call the listener: scheme, host and port. */
  readonly origin: string
  /** The path alone, as it stands in the request. */
  readonly path: string
  readonly token: string
  /** Thumbprint of the key the token is bound to. */
  readonly thumbprint: string
}

/** What is wrong with the proof of a call; null where it is good, and then it is used up. */
export type CheckProof = (call: ProvenCall) => Promise<Flaw | null>

interface ReadProof {
  readonly alg: string
  readonly jwk: JWK
  readonly id: string
  readonly madeAt: number
}

/**
 * DPoP proofs, RFC 9449 §4.3. Whatever can be compared is compared first: only a proof that says all the right things
 * and brings the very key the token is bound to is worth a signature check, and only one with a good signature is
 * remembered as used. Used proofs are remembered by this process alone.
 */
export function createCheckProof(clock: () => number): CheckProof {
  const keys = createProofKeys()
  const replays = createReplays({ clock, pastMs: PAST_MS, futureMs: FUTURE_MS })

  return async (call) => {
    const now = clock()
    const read = readProof(call, now)
    if ('code' in read) return read
    const { alg, jwk, id, madeAt } = read
    let key: CryptoKey
    try {
      key = await keys(jwk, alg, call.thumbprint)
    } catch {
      return flaws.key
    }
    try {
      await jwtVerify(call.proof as string, key, {
        algorithms: [alg],
        typ: 'dpop+jwt',
        currentDate: new Date(now),
        clockTolerance: FUTURE_MS / 1000,
      })
    } catch {
      return flaws.signature
    }
    const sighting = replays.see(hash('sha256', `${call.thumbprint} ${id}`, 'base64'), madeAt)
    if (sighting === 'first') return null
    return sighting === 'again' ? flaws.again : flaws.late
  }
}

/** Everything about a proof but its signature. */
function readProof(call: ProvenCall, now: number): ReadProof | Flaw {
  const { proof } = call
  if (proof === undefined || proof === '') return flaws.missing
  if (proof.length > LONGEST_PROOF || !isCanonicalToken(proof)) return flaws.form
  const [head = '', body = ''] = proof.split('.', 2)
  const header = readStrictObject(Buffer.from(head, 'base64url'), BOUNDS)
  const claims = readStrictObject(Buffer.from(body, 'base64url'), BOUNDS)
  if (header === undefined || claims === undefined) return flaws.form

  const { typ, alg, jwk } = header
  if (typ !== 'dpop+jwt') return flaws.type
  if (typeof alg !== 'string' || !PROOF_ALGORITHMS.includes(alg)) return flaws.algorithm
  if ('crit' in header || 'b64' in header) return flaws.extension
  const thumbprint = thumbprintOf(jwk)
  if (thumbprint === null) return flaws.key
  if (thumbprint !== call.thumbprint) return flaws.otherKey

  const { jti, htm, htu, iat, ath } = claims
  if (htm !== call.method) return flaws.method
  if (typeof htu !== 'string' || !isSameTarget(htu, call.origin, call.path)) return flaws.target
  if (ath !== hash('sha256', call.token, 'base64url')) return flaws.hash
  if (typeof jti !== 'string' || jti === '' || jti.length > LONGEST_ID) return flaws.id
  if (typeof iat !== 'number') return flaws.form
  const madeAt = iat * 1000
  if (madeAt > now + FUTURE_MS) return flaws.early
  // Written so that what is no number at all is too old.
  if (!(madeAt >= now - PAST_MS)) return flaws.late
  return { alg, jwk: jwk as JWK, id: jti, madeAt }
}
