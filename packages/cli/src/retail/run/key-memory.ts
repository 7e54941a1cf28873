/** The API forgets an Idempotency-Key after seven days; we stop relying on it a day earlier. */
const RELIABLE_MS = 6 * 24 * 60 * 60 * 1000

/** Whether what was recorded then has to be recognised in the books, since its key may be forgotten. */
export function isKeyForgotten(recordedAt: string, now: number): boolean {
  return now - Date.parse(recordedAt) > RELIABLE_MS
}
