import { repeatedKeys } from '@stockgate/json-body'
import type { Refusal } from './policy.ts'

/**
 * Reads the text of a policy document. A key that stands twice in one object is refused: JSON.parse would keep the
 * last one, and a client listed under two tiers would silently get one of them.
 */
export function parseDocument(text: string): { readonly ok: true; readonly document: unknown } | Refusal {
  const json = text.startsWith('\uFEFF') ? text.slice(1) : text
  let document: unknown
  try {
    document = JSON.parse(json)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const message = `not valid JSON, mend it at the place named: ${reason}`
    return { ok: false, problems: [{ pointer: '#', rule: 'json-syntax', message }] }
  }
  const problems = repeatedKeys(json).map(({ pointer, written }) => ({
    pointer,
    rule: 'repeated-key',
    message: `${written} stands twice: keep one of them`,
  }))
  return problems.length > 0 ? { ok: false, problems } : { ok: true, document }
}
