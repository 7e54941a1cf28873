import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { parseDocument } from '@stockgate/policy-schema'
import { PolicyFileError } from './policy-file-error.ts'

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

/** What messages call the file that was asked for. */
export function calledIn(path: string): string {
  return path === '-' ? 'standard input' : path
}

/** Reads a draft; `-` is standard input. Whether its limits are good is for others to judge. */
export function readDraft(path: string): Draft {
  let text: string
  try {
    text = readFileSync(path === '-' ? 0 : path, 'utf8')
  } catch (cause) {
    throw new PolicyFileError(`${calledIn(path)} cannot be read: ${(cause as Error).message}`, { cause })
  }
  return draftOf(calledIn(path), text)
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

/** Saves a document with its revision. */
export function writeDraft(path: string, { document, revision }: Draft): void {
  writeWhole(path, `${JSON.stringify({ [REVISION_MEMBER]: revision, ...document }, null, 2)}\n`)
}

/**
 * Notes in a draft that it is what a newer revision says, so that whoever goes on with it does not meet their own
 * change as somebody else's. Everything else in the file stays as its author wrote it. True where it was noted.
 */
export function rebaseDraft(path: string, revision: number): boolean {
  const text = readFileSync(path, 'utf8')
  const noted = text.replace(/("\$revision"\s*:\s*)\d+/, `$1${revision}`)
  if (noted === text) return false
  writeWhole(path, noted)
  return true
}

/** A file is there whole or not at all. */
function writeWhole(path: string, text: string): void {
  const beside = `${path}.${process.pid}`
  try {
    writeFileSync(beside, text)
    renameSync(beside, path)
  } catch (cause) {
    rmSync(beside, { force: true })
    throw new Error(`${path} cannot be written: ${(cause as NodeJS.ErrnoException).code}`, { cause })
  }
}
