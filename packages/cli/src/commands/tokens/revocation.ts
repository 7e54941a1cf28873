/** A revocation as the admin listener shows it. */
export interface Revocation {
  readonly id: string
  readonly by: 'jti' | 'token' | 'sub' | 'client'
  readonly name: string
  readonly issuer: string | null
  readonly issued_until: string | null
  readonly revoked_at: string
  readonly revoked_by: string
  readonly reason: string
  readonly expires_at: string
}
