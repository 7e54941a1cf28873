import type { Metrics } from './registry.ts'

/** A certificate of a listener, and when it ends. */
export interface CertificateEnd {
  readonly listener: 'public' | 'admin'
  readonly name: string
  /** Milliseconds since the epoch. */
  readonly notAfter: number
}

/** What is in force now: a certificate that was replaced takes its series with it. */
export function certificateMetrics(metrics: Metrics, ends: () => readonly CertificateEnd[]): void {
  metrics.gauge({
    name: 'stockgate_tls_certificate_not_after_timestamp_seconds',
    help: 'When a certificate of ours ends, in seconds since the epoch.',
    labels: ['listener', 'certificate'],
    read: () =>
      ends().map(
        ({ listener, name, notAfter }) => [{ listener, certificate: name }, notAfter / 1_000] as const,
      ),
  })
}
