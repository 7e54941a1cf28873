/**
 * Of every answer that has no policy of its own: an API is no page. Where it is shown as one all the same, nothing in it
 * runs or loads.
 */
export const API_POLICY = "default-src 'none'; frame-ancestors 'none'"
/** Beside the policy a page brings along: what it may load is its own to say, who may frame it is not. */
export const FRAME_POLICY = "frame-ancestors 'none'"

/** Headers of every answer, whatever the service says: it may not be sniffed, framed, embedded or named. */
export function securityHeaders(publicUrl: string): Readonly<Record<string, string>> {
  return {
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
    ...(publicUrl.startsWith('https:') && { 'strict-transport-security': 'max-age=31536000' }),
  }
}
