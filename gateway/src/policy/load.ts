import { type LimitsPolicy, validateLimits } from '@stockgate/policy-schema'
import { judgeManifests, type ReadManifests } from './manifests.ts'
import { PolicyError } from './policy-error.ts'
import { readDocument, readManifests } from './read.ts'
import { createSnapshot, type PolicySnapshot } from './snapshot.ts'

export interface LoadPolicyOptions {
  readonly limitsPath: string
  /** Files and folders; see `readManifests` for what a folder stands for. */
  readonly manifestPaths: readonly string[]
}

/** The files of a policy as they lie on disk, each with its verdict. */
export interface PolicyFiles {
  /** As it is written; undefined where it is no JSON. */
  readonly document: unknown
  /** Throws a PolicyError with every problem of every file when the limits are faulty. */
  limits(): LimitsPolicy
  /**
   * The snapshot of these limits and all manifests that go with them; the others are told in `refused`. Throws a
   * PolicyError that names every problem when no manifest is good.
   */
  assemble(limits: LimitsPolicy, number: number): PolicySnapshot
}

/** Reads all files of a policy. Never rejects for what is in them. */
export async function readPolicy({ limitsPath, manifestPaths }: LoadPolicyOptions): Promise<PolicyFiles> {
  const [limitsFile, manifestFiles] = await Promise.all([
    readDocument(limitsPath),
    readManifests(manifestPaths),
  ])
  const manifests: ReadManifests = { paths: manifestPaths, files: manifestFiles }
  return {
    document: limitsFile.ok ? limitsFile.document : undefined,
    limits: () => {
      const verdict = limitsFile.ok ? validateLimits(limitsFile.document) : limitsFile
      if (verdict.ok) return verdict.limits
      const { refused } = judgeManifests(manifests)
      throw new PolicyError([{ file: limitsPath, problems: verdict.problems }, ...refused])
    },
    assemble: (limits, number) => {
      const { good, refused } = judgeManifests(manifests, limits)
      if (good.length === 0) throw new PolicyError(refused)
      return createSnapshot(limits, good, { refused, number })
    },
  }
}

/** The policy that the files alone make. */
export async function loadPolicy(options: LoadPolicyOptions): Promise<PolicySnapshot> {
  const files = await readPolicy(options)
  return files.assemble(files.limits(), 1)
}
