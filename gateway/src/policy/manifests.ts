import {
  checkTogether,
  type LimitsPolicy,
  type Manifest,
  type ManifestProblem,
  validateManifest,
  validateManifests,
} from '@stockgate/policy-schema'
import type { ReadDocument } from './read.ts'
import type { RefusedManifest } from './snapshot.ts'

/** Manifests as read, and the paths they were looked for at. */
export interface ReadManifests {
  readonly paths: readonly string[]
  readonly files: readonly ReadDocument[]
}

interface Candidate {
  readonly file: string
  readonly manifest: Manifest
}

interface Judged {
  readonly good: readonly Candidate[]
  readonly refused: readonly RefusedManifest[]
}

/**
 * Tells good manifests from faulty ones: each alone, each against the limits where there are some, and all against
 * each other. Where none is good `refused` says why, be it only that there is none.
 */
export function judgeManifests(
  { paths, files }: ReadManifests,
  limits?: LimitsPolicy,
): { readonly good: readonly Manifest[]; readonly refused: readonly RefusedManifest[] } {
  const alone = judgeAlone(files)
  if (limits === undefined) return { good: manifestsOf(alone.good), refused: alone.refused }
  // Costs come before claims: a manifest that falls over its costs takes nothing from the others.
  const affordable = judgeAgainst(limits, alone.good)
  const together = judgeTogether(affordable.good)
  const refused = [...alone.refused, ...affordable.refused, ...together.refused]
  const good = manifestsOf(together.good)
  return { good, refused: good.length + refused.length === 0 ? [noManifest(paths)] : refused }
}

function judgeAlone(files: readonly ReadDocument[]): Judged {
  const good: Candidate[] = []
  const refused: RefusedManifest[] = []
  for (const read of files) {
    const verdict = read.ok ? validateManifest(read.document) : read
    if (verdict.ok) good.push({ file: read.file, manifest: verdict.manifest })
    else refused.push({ file: read.file, problems: verdict.problems })
  }
  return { good, refused }
}

function judgeAgainst(limits: LimitsPolicy, candidates: readonly Candidate[]): Judged {
  const problems = checkTogether(limits, manifestsOf(candidates))
  const good: Candidate[] = []
  const refused: RefusedManifest[] = []
  for (const [index, candidate] of candidates.entries()) {
    const own = problems.filter(({ manifest }) => manifest === index)
    if (own.length === 0) good.push(candidate)
    else refused.push(refusal(candidate, own))
  }
  return { good, refused }
}

/** Adds one manifest after the other, so one that is refused claims nothing from those behind it. */
function judgeTogether(candidates: readonly Candidate[]): Judged {
  const good: Candidate[] = []
  const refused: RefusedManifest[] = []
  for (const candidate of candidates) {
    const verdict = validateManifests([...manifestsOf(good), candidate.manifest])
    if (verdict.ok) good.push(candidate)
    else refused.push(refusal(candidate, verdict.problems))
  }
  return { good, refused }
}

function refusal({ file }: Candidate, problems: readonly ManifestProblem[]): RefusedManifest {
  return { file, problems: problems.map(({ pointer, rule, message }) => ({ pointer, rule, message })) }
}

function manifestsOf(candidates: readonly Candidate[]): Manifest[] {
  return candidates.map(({ manifest }) => manifest)
}

function noManifest(paths: readonly string[]): RefusedManifest {
  const message = 'holds no gateway.json: name a manifest file, or a folder that has some'
  return { file: paths.join(', ') || 'no path', problems: [{ pointer: '', rule: 'no-manifest', message }] }
}
