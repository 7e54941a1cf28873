import { nearest, SettingError } from '@stockgate/settings'
import type { Logger } from 'pino'
import { Unavailable } from './journal/index.ts'
import {
  type OpenPolicy,
  type OpenPolicyOptions,
  openPolicy,
  PolicyError,
  type PolicySnapshot,
  problemLines,
} from './policy/index.ts'
import type { Settings } from './settings.ts'

/** Opens the policy as the settings say. Rejects with a SettingError that names what to mend. */
export async function openPolicyFor(
  settings: Settings,
  parts: Pick<OpenPolicyOptions, 'journal' | 'fleet' | 'log' | 'clock'>,
): Promise<OpenPolicy> {
  const { LIMITS, MANIFESTS } = settings
  try {
    const opened = await openPolicy({ limitsPath: LIMITS, manifestPaths: MANIFESTS, ...parts })
    checkUpstreams(settings, opened.policy.current(), parts.log)
    return opened
  } catch (error) {
    if (error instanceof Unavailable)
      throw new SettingError(settings.REDIS_URL ? 'REDIS_URL' : 'STATE', error.message)
    if (!(error instanceof PolicyError)) throw error
    const lines = error.refused.map(problemLines).join('; ').replaceAll('\n', '; ')
    throw new SettingError(settingOf(error, settings), lines)
  }
}

function settingOf({ refused }: PolicyError, { LIMITS }: Settings): string {
  if (refused.some(({ file }) => file === LIMITS)) return 'LIMITS'
  return refused.some(({ problems }) => problems.some(({ rule }) => rule === 'no-revision'))
    ? 'STATE'
    : 'MANIFESTS'
}

/** An upstream that no service of the policy has is a misspelt name, or one whose manifest is not there. */
function checkUpstreams({ UPSTREAMS }: Settings, { manifests }: PolicySnapshot, log: Logger): void {
  const services = manifests.map(({ service }) => service)
  const unnamed = services.filter((service) => !UPSTREAMS.has(service))
  for (const service of UPSTREAMS.keys()) {
    if (services.includes(service)) continue
    const meant = nearest(service, unnamed)
    if (meant !== undefined)
      throw new SettingError('UPSTREAMS', `no manifest has the service "${service}"; did you mean ${meant}?`)
    log.warn({ service }, 'UPSTREAMS names a service that no manifest in force has')
  }
}
