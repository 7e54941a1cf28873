import {
  checkCosts,
  type LimitsPolicy,
  type Manifest,
  type ManifestProblem,
  type PolicyProblem,
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
  const { good, refused } = judge(manifestFiles)
  if (!limits.ok) throw new PolicyError([{ file: limitsPath, problems: limits.problems }, ...refused])
  const serving = admit(limits.limits, good, refused)
  if (serving.length === 0) throw new PolicyError(refused.length > 0 ? refused : [noManifest(manifestPaths)])
  return createSnapshot(limits.limits, serving, refused)
}

interface Candidate {
  readonly file: string
  readonly manifest: Manifest
}

/** Judges each manifest by itself. */
function judge(files: readonly ReadDocument[]): { good: Candidate[]; refused: RefusedManifest[] } {
  const good: Candidate[] = []
  const refused: RefusedManifest[] = []
  for (const read of files) {
    const verdict = read.ok ? validateManifest(read.document) : read
    if (verdict.ok) good.push({ file: read.file, manifest: verdict.manifest })
    else refused.push({ file: read.file, problems: verdict.problems })
  }
  return { good, refused }
}

/**
 * Takes the manifests that can stand together, and moves the others to `refused`. Costs are judged first: a manifest
 * that falls over its costs claims nothing from the others.
 */
function admit(
  limits: LimitsPolicy,
  candidates: readonly Candidate[],
  refused: RefusedManifest[],
): readonly Manifest[] {
  const affordable = without(candidates, checkCosts(limits, manifestsOf(candidates)), refused)
  const serving: Candidate[] = []
  for (const candidate of affordable) {
    const together = validateManifests([...manifestsOf(serving), candidate.manifest])
    if (together.ok) serving.push(candidate)
    else refused.push({ file: candidate.file, problems: together.problems.map(asPolicyProblem) })
  }
  return manifestsOf(serving)
}

function without(
  candidates: readonly Candidate[],
  problems: readonly ManifestProblem[],
  refused: RefusedManifest[],
): Candidate[] {
  return candidates.filter(({ file }, index) => {
    const own = problems.filter(({ manifest }) => manifest === index)
    if (own.length > 0) refused.push({ file, problems: own.map(asPolicyProblem) })
    return own.length === 0
  })
}

function manifestsOf(candidates: readonly Candidate[]): Manifest[] {
  return candidates.map(({ manifest }) => manifest)
}

function asPolicyProblem({ pointer, rule, message }: PolicyProblem): PolicyProblem {
  return { pointer, rule, message }
}

function noManifest(paths: readonly string[]): RefusedManifest {
  return {
    file: paths.join(', ') || 'no path',
    problems: [
      {
        pointer: '',
        rule: 'no-manifest',
        message: 'holds no gateway.json: name a manifest file, or a folder that has some',
      },
    ],
  }
}
