import { createHash } from 'node:crypto'
import type { LimitSpec, Partition } from '@stockgate/policy-schema'
import { boundedKey } from '../bounded-key.ts'
import type { CallerFacts } from '../plan.ts'

/**
 * Who a caller is when counted by `per`, as it stands in counter ids: `client:demo`, `user:42`,
 * `address:203.0.113.7`, `claim:tenant:acme`. Whoever lacks the fact is counted by the client, and without a client
 * by the address: nobody escapes by leaving something out.
 */
export function partyOf(per: Partition, caller: CallerFacts): string {
  const value = factOf(per, caller)
  if (value !== null) return `${kindOf(per)}:${boundedKey(value)}`
  return per === 'client' ? partyOf('address', caller) : partyOf('client', caller)
}

/** The fact a caller is counted by; null where the caller has none. */
export function factOf(per: Partition, { clientId, sub, address, claims }: CallerFacts): string | null {
  switch (per) {
    case 'client':
      return clientId
    case 'user':
      return sub
    case 'address':
      return address
    default: {
      const claim = per.slice('claim:'.length)
      return Object.hasOwn(claims, claim) ? (claims[claim] as string) : null
    }
  }
}

/** `{<owner>}:<set>:<limit>`, and `:<party>` where the limit counts parts of its owner apart. */
export function counterId(owner: string, set: string, limit: LimitSpec, caller: CallerFacts): string {
  const id = `{${owner}}:${set}:${limit.name}`
  if (limit.per === null) return id
  const party = partyOf(limit.per, caller)
  return party === owner ? id : `${id}:${party}`
}

/** A claim's name may hold a colon itself, which would let `a:b` with `c` meet `a` with `b:c`. */
function kindOf(per: Partition): string {
  if (!per.startsWith('claim:')) return per
  const claim = per.slice('claim:'.length)
  if (/^[\w.-]+$/.test(claim)) return per
  return `claim:~${createHash('sha256').update(claim).digest('base64url')}`
}
