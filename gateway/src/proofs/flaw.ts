import type { Scheme } from './presented.ts'

/** Why a token is not taken from whoever presents it. The code is for the log, the words for the client's developer. */
export interface Flaw {
  readonly code: string
  readonly error: 'invalid_token' | 'invalid_dpop_proof'
  /** The scheme whose challenge tells of it. */
  readonly scheme: Scheme
  /** Plain ASCII without quotes. */
  readonly description: string
}

function proof(code: string, description: string): Flaw {
  return Object.freeze({ code, error: 'invalid_dpop_proof', scheme: 'DPoP', description })
}

function token(code: string, scheme: Scheme, description: string): Flaw {
  return Object.freeze({ code, error: 'invalid_token', scheme, description })
}

export const flaws = {
  missing: proof('DPOP_MISSING', 'The DPoP proof is missing'),
  form: proof('DPOP_FORM', 'The DPoP proof is malformed'),
  type: proof('DPOP_TYP', 'The typ of the DPoP proof is not dpop+jwt'),
  algorithm: proof('DPOP_ALG', 'The algorithm of the DPoP proof is not allowed'),
  extension: proof('DPOP_CRIT', 'The DPoP proof has extensions that are not known here'),
  key: proof('DPOP_JWK', 'The jwk of the DPoP proof is no public key that is taken'),
  otherKey: proof('DPOP_JKT', 'The token is bound to another key than the one of the DPoP proof'),
  id: proof('DPOP_JTI', 'The jti of the DPoP proof is missing or too long'),
  method: proof('DPOP_HTM', 'The DPoP proof was made for another method'),
  target: proof('DPOP_HTU', 'The DPoP proof was made for another address'),
  hash: proof('DPOP_ATH', 'The DPoP proof was made for another token'),
  early: proof('DPOP_EARLY', 'The DPoP proof was made in the future'),
  late: proof('DPOP_LATE', 'The DPoP proof is too old'),
  again: proof('DPOP_AGAIN', 'The DPoP proof was used before'),
  signature: proof('DPOP_SIGNATURE', 'The signature of the DPoP proof is wrong'),
  asBearer: token('DPOP_AS_BEARER', 'Bearer', 'The token is bound to a key and needs the scheme DPoP'),
  notBoundToKey: token('UNBOUND', 'DPoP', 'The token is not bound to a key'),
  certificate: token(
    'CERTIFICATE',
    'Bearer',
    'The token is bound to another client certificate than that of the connection',
  ),
  unknownBinding: token('BINDING', 'Bearer', 'The token is bound in a way that is not known here'),
  wantsKey: token('UNBOUND', 'DPoP', 'This call needs a token that is bound to a DPoP key'),
  wantsCertificate: token('UNBOUND', 'Bearer', 'This call needs a token that is bound to a certificate'),
  wantsAny: token('UNBOUND', 'DPoP', 'This call needs a token that is bound to a key or a certificate'),
} as const satisfies Record<string, Flaw>
