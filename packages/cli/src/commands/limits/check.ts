import {
  checkCosts,
  checkLimitsAgainst,
  type LimitsPolicy,
  type PolicyProblem,
  validateLimits,
  worstCases,
} from '@stockgate/policy-schema'
import { Command } from 'commander'
import { calledIn, readDraft } from '../../limits/draft.ts'
import { readManifest } from '../../limits/policy-file.ts'
import { worstCasesText } from '../../limits/worst-cases-text.ts'
import { wholeNumber } from '../option-values.ts'

interface Options {
  readonly gateways: number
  readonly manifest?: string[]
  readonly strict?: boolean
  readonly json?: boolean
}

interface Findings {
  readonly valid: boolean
  readonly errors: readonly PolicyProblem[]
  readonly warnings: readonly PolicyProblem[]
  readonly worst_cases: readonly { tier: string; on_store_failure: string; text: string }[]
}

/** `stockgate limits check FILE`: judges a document without a gateway, as a gateway would. */
export function checkCommand(): Command {
  return new Command('check')
    .description('judge a limits.json by every rule; needs no gateway')
    .argument('<file>', 'a limits.json, or - for standard input')
    .option('--manifest <file...>', 'gateway.json files: can every route still be called?')
    .option('--gateways <n>', 'gateways that share the limits, for the worst case', wholeNumber(1, 1_000), 2)
    .option('--strict', 'fail on warnings too')
    .option('--json', 'print the findings as JSON')
    .addHelpText(
      'after',
      `
Prints each fault with its place and how to mend it, and what each tier lets through at most while Redis is away.

Examples:
  pnpm stockgate limits check draft.json
  pnpm stockgate limits check draft.json --manifest services/*/gateway.json --strict

Exit code: 0 when the document can be applied, 1 when it cannot.`,
    )
    .action((file: string, options: Options) => {
      const findings = judge(readDraft(file).document, options)
      const { valid, errors, warnings } = findings
      if (options.json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`)
      else process.stdout.write(textOf(calledIn(file), findings, options))
      if (!valid || (options.strict && warnings.length > 0)) process.exitCode = 1
      if (!options.json && errors.length > 0)
        process.stderr.write(
          `stockgate: ${calledIn(file)} breaks ${errors.length === 1 ? 'a rule' : `${errors.length} rules`}\n`,
        )
    })
}

function judge(document: object, { manifest = [], gateways }: Options): Findings {
  const verdict = validateLimits(document)
  if (!verdict.ok) return { valid: false, errors: verdict.problems, warnings: [], worst_cases: [] }
  const { limits, warnings } = verdict
  const errors = manifest.length === 0 ? [] : routeFaults(limits, manifest)
  const worst = worstCases(limits, gateways).map(({ tier, onStoreFailure, text }) => ({
    tier,
    on_store_failure: onStoreFailure,
    text,
  }))
  return { valid: errors.length === 0, errors, warnings, worst_cases: worst }
}

function routeFaults(limits: LimitsPolicy, paths: readonly string[]): PolicyProblem[] {
  const manifests = paths.map(readManifest)
  const costs = checkCosts(limits, manifests).map(({ manifest, pointer, rule, message }) => ({
    pointer: `${paths[manifest]}${pointer}`,
    rule,
    message,
  }))
  return [...checkLimitsAgainst(limits, manifests), ...costs]
}

function textOf(
  file: string,
  { valid, errors, warnings, worst_cases: worst }: Findings,
  { gateways }: Options,
): string {
  const lines = (list: readonly PolicyProblem[]) =>
    list.map(({ pointer, message }) => `  ${pointer}  ${message}\n`).join('')
  const warned = warnings.length === 0 ? '' : `Probably not meant so:\n${lines(warnings)}`
  if (!valid) return `${lines(errors)}${warned}`
  const whose = `, were there ${gateways === 1 ? 'one gateway' : `${gateways} gateways`}`
  return `${file} is good.\n${warned}${worstCasesText(worst, whose)}`
}
