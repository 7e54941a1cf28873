/** One difference between two policies. */
export interface LimitsChange {
  readonly kind: 'tier' | 'limit' | 'schedule' | 'client' | 'override' | 'candidate' | 'default'
  /** Where in limits.json, as a JSON Pointer; in the new document unless it is gone from there. */
  readonly path: string
  readonly tier?: string
  readonly client?: string
  /** Who changes, from what to what. */
  readonly text: string
}
