import { type Step, stepsOf } from './page-steps.ts'
import type { Shell } from './shell.ts'
import { createNaming } from './volatile.ts'

/** Where a page expects the gateway. */
export const SHOWN_ADDRESS = 'http://127.0.0.1:8080'
/** Where a page expects the state folder. */
const SHOWN_HOME = /(?<![\w./])\.stockgate(?=\/)/g
/** What a page leaves out of an answer: a part of a line or, alone on one, any lines. */
const LEFT_OUT = '…'

export interface PageRun {
  readonly shell: Shell
  /** Where the gateway really is. */
  readonly address: string
  /** Where the state folder really is; absent where the page does not speak of it. */
  readonly home?: string
  /** Steps that are somebody else's to run: true where `commands` is one. */
  readonly known?: (commands: string) => boolean
}

/**
 * Runs every block of commands of a page, one after the other in one shell, and compares each answer that is shown.
 * Gives a line for each command that failed and each answer that differs in more than its volatile parts.
 */
export async function runPage(
  page: string,
  { shell, address, home, known = () => false }: PageRun,
): Promise<string[]> {
  const here = (text: string) =>
    text.replaceAll(SHOWN_ADDRESS, address).replaceAll(SHOWN_HOME, (shown) => home ?? shown)
  const [nameShown, nameReal] = [createNaming(), createNaming()]
  for (const step of stepsOf(page)) {
    if (known(step.commands)) continue
    const { failed, output, errors } = await shell.run(here(step.commands))
    if (failed !== undefined) return [`${place(step)} failed with ${failed}: ${errors || output}`]
    if (step.answer === undefined) continue
    const [shown, real] = [nameShown(here(step.answer)), nameReal(output)]
    // What comes after builds on this step, so the first difference says it all.
    if (!agrees(shown, real)) return [`${place(step)} answers\n${real}\nwhere the page shows\n${shown}`]
  }
  return []
}

/** Whether an answer is what the page shows, apart from what it leaves out. */
function agrees(shown: string, real: string): boolean {
  const lines = shown.split('\n').map((line) => {
    if (line.trim() === LEFT_OUT) return '(?:[^\\n]*\\n)*?'
    return `${line.split(LEFT_OUT).map(RegExp.escape).join('[^\\n]*')}\\n`
  })
  return new RegExp(`^${lines.join('')}$`).test(`${real}\n`)
}

function place({ line, commands }: Step): string {
  return `line ${line} (${commands.split('\n')[0]?.slice(0, 60)})`
}
