/** What a key has to be for an algorithm. */
interface KeyForm {
  readonly kty: 'EC' | 'RSA' | 'OKP'
  readonly crv?: string
}

const RSA: KeyForm = { kty: 'RSA' }
const ED25519: KeyForm = { kty: 'OKP', crv: 'Ed25519' }

/** Asymmetric only: with a shared secret whoever can check a token could also make one. */
const FORMS: Readonly<Record<string, KeyForm>> = {
  ES256: { kty: 'EC', crv: 'P-256' },
  ES384: { kty: 'EC', crv: 'P-384' },
  ES512: { kty: 'EC', crv: 'P-521' },
  RS256: RSA,
  RS384: RSA,
  RS512: RSA,
  PS256: RSA,
  PS384: RSA,
  PS512: RSA,
  EdDSA: ED25519,
  Ed25519: ED25519,
}

/** The algorithms that an issuer may be allowed. */
export const ALGORITHMS: readonly string[] = Object.keys(FORMS)

/** Whether a key of this kind, and of no other stated purpose, verifies signatures of an algorithm. */
export function fits(key: { kty?: unknown; crv?: unknown; alg?: unknown }, algorithm: string): boolean {
  const form = Object.hasOwn(FORMS, algorithm) ? FORMS[algorithm] : undefined
  if (form === undefined || form.kty !== key.kty || (form.crv !== undefined && form.crv !== key.crv))
    return false
  return key.alg === undefined || key.alg === algorithm
}
