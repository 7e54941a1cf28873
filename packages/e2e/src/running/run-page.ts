import { type Step, stepsOf } from './page-steps.ts'
import type { Shell } from './shell.ts'
import { createNaming } from './volatile.ts'

/** Where a page expects the gateway. */
export const SHOWN_ADDRESS = 'http://127.0.0.1:8080'

export interface PageRun {
  readonly shell: Shell
  /** Where the gateway really is. */
  readonly address: string
  /** Steps that are somebody else's to run: true where `commands` is one. */
  readonly known?: (commands: string) => boolean
}

/**
 * Runs every block of commands of a page, one after the other in one shell, and compares each answer that is shown.
 * Gives a line for each command that failed and each answer that differs in more than its volatile parts.
 */
export async function runPage(
  page: string,
  { shell, address, known = () => false }: PageRun,
): Promise<string[]> {
  const here = (text: string) => text.replaceAll(SHOWN_ADDRESS, address)
  const [nameShown, nameReal] = [createNaming(), createNaming()]
  for (const step of stepsOf(page)) {
    if (known(step.commands)) continue
    const { failed, output, errors } = await shell.run(here(step.commands))
    if (failed !== undefined) return [`${place(step)} failed with ${failed}: ${errors || output}`]
    if (step.answer === undefined) continue
    const [shown, real] = [nameShown(here(step.answer)), nameReal(output)]
    // What comes after builds on this step, so the first difference says it all.
    if (shown !== real) return [`${place(step)} answers\n${real}\nwhere the page shows\n${shown}`]
  }
  return []
}

function place({ line, commands }: Step): string {
  return `line ${line} (${commands.split('\n')[0]?.slice(0, 60)})`
}
