/** SQLSTATE of an error, or the errno of the socket below it. */
function codeOf(error: unknown): string {
  const code = error && typeof error === 'object' && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}

const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

/**
 * True when PostgreSQL is away, starting, stopping, full or too slow: nobody's call was wrong and a retry may work.
 * Classes 08 connection, 53 resources, 57P operator intervention, 57014 statement timeout, 55P03 lock timeout.
 */
export function isDatabaseOutage(error: unknown): boolean {
  const code = codeOf(error)
  if (UNREACHABLE.has(code) || /^(08|53|57P)/.test(code) || code === '57014' || code === '55P03') return true
  const message = error instanceof Error ? error.message : ''
  return /^(timeout exceeded when trying to connect|Connection terminated|Client has encountered a connection error|Query read timeout)/.test(
    message,
  )
}

/** True when the transaction lost against another one and may simply be run again (40001, 40P01). */
export function isRetryable(error: unknown): boolean {
  const code = codeOf(error)
  return code === '40001' || code === '40P01'
}

/** The name of the unique constraint that refused a row, or undefined for any other error (23505). */
export function violatedUnique(error: unknown): string | undefined {
  if (codeOf(error) !== '23505') return undefined
  const constraint = (error as { constraint?: unknown }).constraint
  return typeof constraint === 'string' ? constraint : ''
}
