import type { Client } from '../tokens/index.ts'
import { createCheckProof } from './dpop.ts'
import { type Flaw, flaws } from './flaw.ts'
import type { Presented } from './presented.ts'

/** How a route may want a token to be bound; null takes one that is not bound at all. */
export type Demand = 'dpop' | 'certificate' | 'any' | null

/** The call a token came with. */
export interface TokenCall {
  readonly method: string
  /** What clients call the listener: scheme, host and port. */
  readonly origin: string
  /** The path alone, as it stands in the request. */
  readonly path: string
  /** The DPoP header. */
  readonly proof: string | undefined
  /** Thumbprint of the client certificate of the connection. */
  readonly certificate: string | null
}

export interface Holders {
  /**
   * Why a good token is not taken from whoever presents it, or null. Asked for every call: that a token is good may
   * be remembered, that it is in the right hands may not.
   */
  flawOf(
    client: Pick<Client, 'confirmation'>,
    presented: Presented,
    demand: Demand,
    call: TokenCall,
  ): Flaw | null | Promise<Flaw | null>
}

/**
 * Proof of possession: a token that is bound (`cnf`) is good only with the proof of its key (RFC 9449), its certificate
 * (RFC 8705), or both where it names both, on every route; some routes take no other tokens.
 */
export function createHolders(clock: () => number): Holders {
  const checkProof = createCheckProof(clock)
  return {
    flawOf: ({ confirmation }, { scheme, token }, demand, call) => {
      if (confirmation === null) {
        if (demand !== null) return wanted(demand)
        return scheme === 'DPoP' ? flaws.notBoundToKey : null
      }
      const { jkt, x5t } = confirmation
      if (jkt === null && x5t === null) return flaws.unknownBinding
      if (jkt === null && demand === 'dpop') return flaws.wantsKey
      if (x5t === null && demand === 'certificate') return flaws.wantsCertificate
      if (x5t !== null && x5t !== call.certificate) return flaws.certificate
      if (jkt === null) return scheme === 'DPoP' ? flaws.notBoundToKey : null
      if (scheme !== 'DPoP') return flaws.asBearer
      const { proof, method, origin, path } = call
      return checkProof({ proof, method, origin, path, token, thumbprint: jkt })
    },
  }
}

function wanted(demand: Exclude<Demand, null>): Flaw {
  if (demand === 'dpop') return flaws.wantsKey
  return demand === 'certificate' ? flaws.wantsCertificate : flaws.wantsAny
}
