import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls'
import { SettingError } from '@stockgate/settings'

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/**
 * Whom the gateway believes when a service says who it is: the public authorities, and those in the file. Made once: to
 * read some hundred certificates for each connection would take longer than to connect.
 */
export function createTrust(file: string | undefined): SecureContext {
  return createSecureContext({
    ca: [...getCACertificates('default'), ...(file === undefined ? [] : readAuthorities(file))],
    minVersion: 'TLSv1.2',
  })
}

/** The certificates of a PEM file. Throws a SettingError that says what to mend. */
function readAuthorities(file: string): string[] {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new SettingError('UPSTREAM_CA', `${file} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
  const certificates = text.match(CERTIFICATE) ?? []
  if (certificates.length === 0) throw new SettingError('UPSTREAM_CA', `${file} holds no certificate in PEM`)
  for (const [at, certificate] of certificates.entries()) {
    if (!isCertificate(certificate))
      throw new SettingError('UPSTREAM_CA', `certificate ${at + 1} of ${file} cannot be read; is it whole?`)
  }
  return certificates
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).fingerprint256 !== ''
  } catch {
    return false
  }
}
