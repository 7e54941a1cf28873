/** An error pattern for `t.throws` and `t.rejects`, whose types know only Error's own properties. */
export function errorWith(properties: Record<string, unknown>): Error {
  return properties as unknown as Error
}
