/** What is known of one key. Times are milliseconds since the epoch. */
export interface KeyRecord {
  readonly id: string
  /** For people: what the key is for. */
  readonly name: string
  readonly client: string
  readonly sub: string
  readonly scopes: readonly string[]
  readonly created: number
  /** Who asked for it. */
  readonly createdBy: string
  readonly expires: number | null
  /** The key this one took over from. */
  readonly rotatedFrom: string | null
}

/** A record as the journal has it. */
export interface SealedKey extends KeyRecord {
  readonly seal: string
  /** Of the pepper it was sealed with. */
  readonly pepper: string
}

/** One entry of the `keys` journal. Nothing in it lets anybody call anything. */
export type KeyEvent =
  | { readonly kind: 'created'; readonly at: number; readonly by: string; readonly key: SealedKey }
  | {
      readonly kind: 'rotated'
      readonly at: number
      readonly by: string
      readonly key: SealedKey
      /** When the key it took over from ends. */
      readonly overlapEnds: number
    }
  | { readonly kind: 'revoked'; readonly at: number; readonly by: string; readonly ids: readonly string[] }

const TEXTS = ['id', 'name', 'client', 'sub', 'createdBy', 'seal', 'pepper'] as const

/** An entry as it was read; undefined where it is none of ours. A journal may have been written by a later version. */
export function readKeyEvent(entry: unknown): KeyEvent | undefined {
  const event = (entry ?? {}) as Record<string, unknown>
  if (!isTime(event.at) || typeof event.by !== 'string') return undefined
  if (event.kind === 'revoked') return isTexts(event.ids) ? (entry as KeyEvent) : undefined
  if (event.kind !== 'created' && event.kind !== 'rotated') return undefined
  if (event.kind === 'rotated' && !isTime(event.overlapEnds)) return undefined
  return isSealedKey(event.key) ? (entry as KeyEvent) : undefined
}

function isSealedKey(value: unknown): boolean {
  const key = (value ?? {}) as Record<string, unknown>
  return (
    TEXTS.every((name) => typeof key[name] === 'string') &&
    isTexts(key.scopes) &&
    isTime(key.created) &&
    (key.expires === null || isTime(key.expires)) &&
    (key.rotatedFrom === null || typeof key.rotatedFrom === 'string')
  )
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value)
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}
