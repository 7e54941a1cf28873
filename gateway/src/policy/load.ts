import {
  checkCosts,
  type LimitsPolicy,
  type Manifest,
  type ManifestProblem,
  validateLimits,
  validateManifest,
  validateManifests,
} from '@stockgate/policy-schema'
import { PolicyError } from './policy-error.ts'
import { type ReadDocument, readDocument, readManifests } from './read.ts'
import { createSnapshot, type PolicySnapshot, type RefusedManifest } from './snapshot.ts'

export interface LoadPolicyOptions {
  readonly limitsPath: string
  /** Files and folders; see `readManifests` for what a folder stands for. */
  readonly manifestPaths: readonly string[]
}

/**
 * Reads and validates the whole policy into a snapshot; putting it in force is the store's affair. A faulty
 * manifest is left out and told in `refused`. Rejects with one PolicyError that names every problem when the limits
 * are faulty, or when no manifest is good.
 */
export async function loadPolicy({ limitsPath, manifestPaths }: LoadPolicyOptions): Promise<PolicySnapshot> {
  const [limitsFile, manifestFiles] = await Promise.all([
    readDocument(limitsPath),
    readManifests(manifestPaths),
  ])
  const limits = limitsFile.ok ? validateLimits(limitsFile.document) : limitsFile
  const alone = judgeAlone(manifestFiles)
  if (!limits.ok) throw new PolicyError([{ file: limitsPath, problems: limits.problems }, ...alone.refused])
  // Costs come before claims: a manifest that falls over its costs takes nothing from the others.
  const affordable = judgeCosts(limits.limits, alone.good)
  const together = judgeTogether(affordable.good)
  const refused = [...alone.refused, ...affordable.refused, ...together.refused]
  if (together.good.length === 0)
    throw new PolicyError(refused.length > 0 ? refused : [noManifest(manifestPaths)])
  return createSnapshot(limits.limits, manifestsOf(together.good), refused)
}

interface Candidate {
  readonly file: string
  readonly manifest: Manifest
}

interface Judged {
  readonly good: readonly Candidate[]
  readonly refused: readonly RefusedManifest[]
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

function judgeCosts(limits: LimitsPolicy, candidates: readonly Candidate[]): Judged {
  const problems = checkCosts(limits, manifestsOf(candidates))
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
