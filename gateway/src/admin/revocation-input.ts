import { readMoment } from '@stockgate/policy-schema'
import type { Static } from 'typebox'
import { Refusal } from '../errors/refusal.ts'
import { Unavailable } from '../journal/index.ts'
import { readDuration } from '../keys/index.ts'
import { RevocationFault, type RevocationWish, type RevokedTokens } from '../tokens/index.ts'
import type { RevocationBody } from './revocation-schemas.ts'

const DAY = 86_400
const SHORTEST = 60
const LONGEST = 366 * DAY
const NAMES = ['jti', 'token_hash', 'sub', 'client'] as const

/** What the body of a revocation asks for. Refuses with what is wrong with it. */
export function wishOf(body: Static<typeof RevocationBody>, now: number): RevocationWish {
  const { expires_in: written = 30 * DAY, reason } = body
  const seconds = readDuration(written)
  if (seconds === undefined || seconds < SHORTEST || seconds > LONGEST)
    throw fault('#/expires_in', 'must be 60 s to 366 days: seconds, or a duration such as P90D')
  return { tokens: tokensOf(body, now), reason, until: now + seconds * 1000 }
}

function tokensOf(body: Static<typeof RevocationBody>, now: number): RevokedTokens {
  const [by, ...more] = NAMES.filter((name) => body[name] !== undefined)
  if (by === undefined || more.length > 0) throw fault('#', `must have exactly one of ${NAMES.join(', ')}`)
  const { issuer = null, issued_until: written } = body
  if (written !== undefined && (by === 'jti' || by === 'token_hash'))
    throw fault('#/issued_until', 'goes with sub or client alone')
  if (by === 'token_hash') {
    if (issuer !== null) throw fault('#/issuer', 'does not go with token_hash')
    return { by: 'token', hash: body.token_hash as string }
  }
  if (by === 'jti') return { by, jti: body.jti as string, issuer }
  const issuedUntil = written === undefined ? now : readMoment(written)
  if (issuedUntil === undefined) throw fault('#/issued_until', 'must be a time such as 2026-11-22T08:00:00Z')
  // What is not issued yet would be refused for as long: that is no revocation but a ban.
  if (issuedUntil > now) throw fault('#/issued_until', 'must not be in the future')
  if (by === 'sub') return { by, sub: body.sub as string, issuer, issuedUntil }
  return { by, client: body.client as string, issuer, issuedUntil }
}

/** Revokes, and tells what stood in the way as the problem it is. */
export async function revoking<Result>(revoke: () => Promise<Result>): Promise<Result> {
  try {
    return await revoke()
  } catch (error) {
    if (error instanceof Unavailable)
      throw new Refusal('GW_NO_JOURNAL', {
        detail: error.unsure
          ? `It is not known whether anything was revoked: ${error.message}, which is the list of revocations.`
          : `Nothing could be revoked: ${error.message}. What was revoked before stays so.`,
        headers: { 'retry-after': '2' },
        cause: error,
      })
    if (!(error instanceof RevocationFault)) throw error
    const { kind, message } = error
    if (kind === 'busy')
      throw new Refusal('GW_NO_JOURNAL', { detail: message, headers: { 'retry-after': '1' } })
    throw new Refusal('GW_STATE', { detail: message })
  }
}

function fault(pointer: string, detail: string): Refusal {
  return new Refusal('GW_INPUT', { errors: [{ pointer, detail, code: 'not-allowed' }] })
}
