import { SettingError } from '@stockgate/settings'

interface TlsSettings {
  readonly TLS_CERT: readonly string[]
  readonly TLS_KEY: readonly string[]
  readonly TLS_CLIENT_CA: string | undefined
  readonly REDIRECT_PORT: number
  readonly PUBLIC_URL: string | undefined
}

/** What makes no sense together. Throws a SettingError that names what is missing. */
export function checkTls({ TLS_CERT, TLS_KEY, TLS_CLIENT_CA, REDIRECT_PORT, PUBLIC_URL }: TlsSettings): void {
  if (TLS_CERT.length > 0) {
    if (TLS_KEY.length === 0) throw new SettingError('TLS_KEY', 'is needed beside TLS_CERT')
    if (PUBLIC_URL?.startsWith('http:'))
      throw new SettingError('PUBLIC_URL', 'begins with http: although TLS_CERT switches HTTPS on')
    return
  }
  const without = 'needs TLS_CERT and TLS_KEY, which switch HTTPS on'
  if (TLS_KEY.length > 0) throw new SettingError('TLS_CERT', 'is needed beside TLS_KEY')
  if (TLS_CLIENT_CA !== undefined) throw new SettingError('TLS_CLIENT_CA', without)
  if (REDIRECT_PORT !== 0) throw new SettingError('REDIRECT_PORT', without)
}
