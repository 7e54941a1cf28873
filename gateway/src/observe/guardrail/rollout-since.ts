import { isDeepStrictEqual } from 'node:util'
import type { Revision } from '../../policy/index.ts'

interface Document {
  readonly candidates?: Readonly<Record<string, { readonly rollout?: { readonly percent?: number } }>>
}

/** Since which revision a candidate has been what it is in revision `until`; 0 where it is in no rollout there. */
export function rolloutSince(history: readonly Revision[], name: string, until: number): number {
  const last = candidateOf(history[until - 1], name)
  if ((last?.rollout?.percent ?? 0) <= 0) return 0
  let since = until
  while (since > 1 && isDeepStrictEqual(candidateOf(history[since - 2], name), last)) since--
  return since
}

/** The document with a candidate taken back. */
export function withoutRollout(document: Document, name: string): object {
  const { rollout: _before, ...candidate } = document.candidates?.[name] ?? {}
  return { ...document, candidates: { ...document.candidates, [name]: candidate } }
}

function candidateOf(revision: Revision | undefined, name: string) {
  const { candidates = {} } = (revision?.after ?? {}) as Document
  return Object.hasOwn(candidates, name) ? candidates[name] : undefined
}
