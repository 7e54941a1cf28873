import { readFileSync } from 'node:fs'
import {
  type LimitsPolicy,
  type Manifest,
  parseDocument,
  type Refusal,
  validateLimits,
  validateManifest,
} from '@stockgate/policy-schema'
import { type Draft, draftOf, readDraft } from './draft.ts'
import { PolicyFileError } from './policy-file-error.ts'

/** The limits.json at this path, or a draft of one. Throws a PolicyFileError when it cannot be used. */
export function readLimits(path: string): LimitsPolicy {
  return limitsOf(path, readDraft(path))
}

/** The limits of a text; `name` is what messages call it. */
export function checkLimits(name: string, text: string): LimitsPolicy {
  return limitsOf(name, draftOf(name, text))
}

function limitsOf(name: string, { document }: Draft): LimitsPolicy {
  const checked = validateLimits(document)
  if (!checked.ok) throw complaint(name, 'limits.json', checked)
  return checked.limits
}

/** The gateway.json at this path. Throws a PolicyFileError when it cannot be used. */
export function readManifest(path: string): Manifest {
  const parsed = parseDocument(readText(path))
  const checked = parsed.ok ? validateManifest(parsed.document) : parsed
  if (!checked.ok) throw complaint(path, 'gateway.json', checked)
  return checked.manifest
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new PolicyFileError(`${path} cannot be read: ${reason}`, { cause })
  }
}

function complaint(name: string, kind: string, { problems }: Refusal): PolicyFileError {
  const lines = problems.map(({ pointer, message }) => `  ${pointer}  ${message}`)
  return new PolicyFileError([`${name} is not a valid ${kind}:`, ...lines].join('\n'))
}
