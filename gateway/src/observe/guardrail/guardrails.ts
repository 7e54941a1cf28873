import type { Guardrail } from '@stockgate/policy-schema'
import type { Decision, LimitPlan } from '@stockgate/rate-limit'
import type { Logger } from 'pino'
import type { PolicyRevisions, PolicySnapshot } from '../../policy/index.ts'
import { rolloutSince, withoutRollout } from './rollout-since.ts'

/** As the history and the log name it. */
const AUTHOR = 'guardrail'

export interface GuardrailOptions {
  readonly revisions: Pick<PolicyRevisions, 'edit' | 'history' | 'current'>
  readonly log: Logger
  /** Of this gateway, for the reason in the history. */
  readonly gateway: string
}

/** One rollout under watch, from the revision that began it. */
interface Watch {
  readonly candidate: string
  readonly percent: number
  readonly since: number
  readonly guardrail: Guardrail
  /** How the counters of the candidate's own limits are called, behind the owner. */
  readonly set: string
  calls: number
  refused: number
  state: 'watching' | 'reverting' | 'failed' | 'over'
  complained: boolean
}

/**
 * Takes a rollout back by itself when the candidate's limits refuse more of the protected clients' calls than its
 * guardrail allows. Every gateway judges by what it has seen itself, at once when the share is passed.
 */
export class Guardrails {
  readonly #options: GuardrailOptions
  readonly #reverts = new Map<string, number>()
  #watches = new Map<string, Watch>()

  constructor(options: GuardrailOptions) {
    this.#options = options
  }

  /** Rollouts taken back by this gateway, by candidate. */
  get reverts(): ReadonlyMap<string, number> {
    return this.#reverts
  }

  /** Goes on with the rollouts of a policy; one that was changed, or begun again, is counted from nothing. */
  adopt({ number, limits: { candidates } }: PolicySnapshot): void {
    const history = this.#options.revisions.history()
    const watches = new Map<string, Watch>()
    for (const { name, rolloutPercent, guardrail } of Object.values(candidates)) {
      if (guardrail === null || rolloutPercent <= 0) continue
      const since = rolloutSince(history, name, number)
      const known = this.#watches.get(name)
      watches.set(name, known?.since === since ? known : begin(name, rolloutPercent, since, guardrail))
    }
    this.#watches = watches
  }

  /** Counts one decision. What was decided without the shared counters is no fault of the candidate. */
  count({ rolledOut, guarded, owner }: LimitPlan, { allowed, limits, decidedBy }: Decision): void {
    if (!guarded || rolledOut === null || (decidedBy !== 'redis' && decidedBy !== 'memory')) return
    const watch = this.#watches.get(rolledOut)
    if (watch === undefined) return
    watch.calls++
    if (!allowed) {
      for (const { violated, id } of limits) {
        if (!violated || !id.startsWith(watch.set, owner.length + 3)) continue
        watch.refused++
        break
      }
    }
    const { minCalls, maxRefused } = watch.guardrail
    if (watch.state !== 'watching' || watch.calls < minCalls) return
    if (watch.refused > maxRefused * watch.calls) void this.#revert(watch)
  }

  /** Tries once more what could not be kept, such as while Redis was away. */
  retry(): void {
    for (const watch of this.#watches.values()) if (watch.state === 'failed') void this.#revert(watch)
  }

  async #revert(watch: Watch): Promise<void> {
    const { revisions, log } = this.#options
    const { candidate, calls, refused, since, percent } = watch
    watch.state = 'reverting'
    const reason = this.#reasonOf(watch)
    let changed = false
    try {
      const made = await revisions.edit(
        (document) => {
          // Another gateway may have been first, or an operator has begun something else meanwhile.
          const { revision } = revisions.current()
          changed = rolloutSince(revisions.history(), candidate, revision) === since
          return changed ? withoutRollout(document, candidate) : document
        },
        { kind: 'guardrail', author: AUTHOR, reason },
      )
      watch.state = 'over'
      if (!changed) return
      this.#reverts.set(candidate, (this.#reverts.get(candidate) ?? 0) + 1)
      const { revision } = made
      const deed = { audit: true, actor: AUTHOR, action: 'guardrail.revert', target: candidate, revision }
      log.warn({ ...deed, percent, calls, refused, since }, 'a guardrail took a rollout back')
    } catch (error) {
      watch.state = 'failed'
      if (watch.complained) return
      watch.complained = true
      log.error({ candidate, calls, refused, err: error }, 'a guardrail could not take a rollout back yet')
    }
  }

  #reasonOf({ candidate, percent, calls, refused, since, guardrail }: Watch): string {
    const whose = guardrail.protect.length === 0 ? 'its clients' : 'protected clients'
    const share = percentOf(refused / calls)
    return (
      `candidate ${candidate} at ${percent} % refused ${refused} of ${calls} calls of ${whose} (${share}), ` +
      `more than ${percentOf(guardrail.maxRefused)}, since revision ${since} on ${this.#options.gateway}`
    )
  }
}

function begin(candidate: string, percent: number, since: number, guardrail: Guardrail): Watch {
  return {
    candidate,
    percent,
    since,
    guardrail,
    set: `candidate-${candidate}:`,
    calls: 0,
    refused: 0,
    state: 'watching',
    complained: false,
  }
}

function percentOf(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`
}
