import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  checkTogether,
  type Manifest,
  type PolicyProblem,
  parseDocument,
  validateLimits,
  validateManifest,
  validateManifests,
} from '@stockgate/policy-schema'

const LIMITS = 'gateway/policy/limits.json'

/** limits.json and every service's gateway.json are valid, each alone and all together. */
export async function checkPolicy(root: string): Promise<string[]> {
  const faults: string[] = []
  const report = (path: string, problems: readonly PolicyProblem[]) => {
    for (const { pointer, rule, message } of problems) faults.push(`${path} ${pointer} ${rule}: ${message}`)
  }
  const read = <Read extends { ok: boolean }>(path: string, validate: (document: unknown) => Read) => {
    const parsed = parseDocument(readFileSync(join(root, path), 'utf8'))
    const result = parsed.ok ? validate(parsed.document) : parsed
    if (!result.ok) report(path, (result as unknown as { problems: PolicyProblem[] }).problems)
    return result.ok ? (result as Read) : undefined
  }

  const limits = read(LIMITS, validateLimits)
  const paths = manifestPaths(root)
  const manifests: Manifest[] = []
  const sources: string[] = []
  for (const path of paths) {
    const valid = read(path, validateManifest)
    if (!valid?.ok) continue
    manifests.push(valid.manifest)
    sources.push(path)
    const folder = path.split('/')[1]
    if (valid.manifest.service !== folder)
      faults.push(`${path} #/service: "${valid.manifest.service}" lies in the folder ${folder}`)
  }
  const together = validateManifests(manifests)
  const among = together.ok ? [] : together.problems
  const against = limits?.ok ? checkTogether(limits.limits, manifests) : []
  for (const problem of [...among, ...against]) report(sources[problem.manifest] as string, [problem])
  return faults
}

function manifestPaths(root: string): string[] {
  return readdirSync(join(root, 'services'))
    .map((service) => `services/${service}/gateway.json`)
    .filter((path) => existsSync(join(root, path)))
    .sort()
}
