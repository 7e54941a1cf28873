import type { RefusedManifest } from './snapshot.ts'

/** A policy that cannot be put in force. The message lists file, place and how to mend it, one problem a line. */
export class PolicyError extends Error {
  readonly refused: readonly RefusedManifest[]

  constructor(refused: readonly RefusedManifest[]) {
    super(refused.map(problemLines).join('\n'))
    this.name = 'PolicyError'
    this.refused = refused
  }
}

/** The problems of one file as lines: `limits.json#/defaultTier: …`. */
export function problemLines({ file, problems }: RefusedManifest): string {
  return problems.map(({ pointer, message }) => `${file}${pointer}: ${message}`).join('\n')
}
