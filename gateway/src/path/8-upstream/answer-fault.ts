import type { IncomingHttpHeaders } from 'node:http'

/**
 * Whether an answer is one that readers could frame in two ways, though the parser took it: a status of no class, a
 * body in a coding that would be passed on undecoded, content where there can be none.
 */
export function answerFault(status: number, headers: IncomingHttpHeaders): boolean {
  if (status < 200 || status > 599) return true
  const coding = headers['transfer-encoding']
  if (coding !== undefined && coding !== 'chunked' && String(coding).toLowerCase() !== 'chunked') return true
  return status === 205 && (headers['content-length'] ?? '0') !== '0'
}
