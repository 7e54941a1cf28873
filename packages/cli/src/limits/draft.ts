import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { parseDocument } from '@stockgate/policy-schema'
import { PolicyFileError } from './policy-file.ts'

/**
 * The member of a saved document that tells which revision it was read from. It is ours alone: it never reaches the
 * gateway, and lets `apply` notice that somebody else changed the limits meanwhile.
 */
export const REVISION_MEMBER = '$revision'

/** A limits.json as it is on disk, with the revision it was saved from, if it says so. */
export interface Draft {
  readonly document: object
  readonly revision: number | undefined
}

/** Reads a draft; `-` is standard input. Whether its limits are good is for others to judge. */
export function readDraft(path: string): Draft {
  let text: string
  try {
    text = readFileSync(path === '-' ? 0 : path, 'utf8')
  } catch (cause) {
    throw new PolicyFileError(`${path} cannot be read: ${(cause as Error).message}`, { cause })
  }
  return draftOf(path, text)
}

/** The draft in a text; `name` is what messages call it. */
export function draftOf(name: string, text: string): Draft {
  const parsed = parseDocument(text)
  if (!parsed.ok) {
    const lines = parsed.problems.map(({ pointer, message }) => `  ${pointer}  ${message}`)
    throw new PolicyFileError([`${name} is not a valid limits.json:`, ...lines].join('\n'))
  }
  const { document } = parsed
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    throw new PolicyFileError(`${name} is not a valid limits.json: it has to hold an object`)
  const { [REVISION_MEMBER]: revision, ...rest } = document as Record<string, unknown>
  if (revision !== undefined && !(Number.isSafeInteger(revision) && (revision as number) > 0))
    throw new PolicyFileError(
      `${name}: "${REVISION_MEMBER}" has to be the number of a revision, or leave it out`,
    )
  return { document: rest, revision: revision as number | undefined }
}

/** Saves a document with its revision, whole or not at all. */
export function writeDraft(path: string, { document, revision }: Draft): void {
  const text = `${JSON.stringify({ [REVISION_MEMBER]: revision, ...document }, null, 2)}\n`
  const beside = `${path}.${process.pid}`
  writeFileSync(beside, text)
  renameSync(beside, path)
}
