import type { Logger } from 'pino'

const DAY_MS = 86_400_000
const WARN_DAYS = 30
const ERROR_DAYS = 7

/** Says in the log that a certificate ends soon: from 30 days before, in the last week as an error; once a day. */
export class ExpiryNotes {
  readonly #log: Logger
  readonly #saidAt = new Map<string, number>()

  constructor(log: Logger) {
    this.#log = log
  }

  look(certificates: readonly CertificateEnd[], now: number): void {
    for (const { name, file, fingerprint, notAfter } of certificates) {
      const left = notAfter - now
      if (left > WARN_DAYS * DAY_MS) continue
      const said = this.#saidAt.get(fingerprint)
      if (said !== undefined && now - said < DAY_MS) continue
      this.#saidAt.set(fingerprint, now)
      const facts = { certificate: name, file, not_after: new Date(notAfter).toISOString() }
      const days = Math.floor(left / DAY_MS)
      if (left <= 0) this.#log.error(facts, 'a certificate has expired: clients will not connect')
      else if (days < ERROR_DAYS) this.#log.error({ ...facts, days }, 'a certificate is about to expire')
      else this.#log.warn({ ...facts, days }, 'a certificate expires soon')
    }
  }
}

export interface CertificateEnd {
  readonly name: string
  readonly file: string
  readonly fingerprint: string
  readonly notAfter: number
}
