/** What a whole run came to, in assertions. */
export interface Totals {
  passed: number
  failed: number
  /** Skipped or marked as still to do. */
  skipped: number
  files: number
  /** The files that failed, as tap names them. */
  bad: string[]
}

const FILE_ENDS = /^(not ok|ok) \d+ - (.*?)(?: # time=([\d.]+)ms)?(?: # [A-Z]+\b.*)?$/
const TOTALS = /^# \{ (total: .*) \}$/

/**
 * Reads tap's own output line by line and hands on one line for each good file, everything for a bad one. A file
 * that holds no test at all counts as failed: it would otherwise pass for ever in silence.
 */
export function createTapReport(print: (text: string) => void) {
  let block: string[] = []
  let inDiagnosis = false
  let empty = 0
  const totals: Totals = { passed: 0, failed: 0, skipped: 0, files: 0, bad: [] }

  const fileEnds = (verdict: string, name: string, milliseconds: string | undefined) => {
    totals.files++
    const assertions = block.filter((line) => /^\s+(not )?ok \d+/.test(line) && !line.endsWith('{')).length
    const bare = assertions === 0
    if (bare && verdict === 'ok') empty++
    if (bare || verdict !== 'ok') totals.bad.push(name)
    if (!bare && verdict === 'ok') print(`ok ${seconds(milliseconds)}  ${name}\n`)
    else print(`${block.join('\n')}\nFAILED ${name}${bare ? ': no test ran' : ''}\n`)
    block = []
  }

  const line = (text: string) => {
    const ended = FILE_ENDS.exec(text)
    const counted = TOTALS.exec(text)
    if (inDiagnosis) {
      // How the process ended; the rest of tap's diagnosis only repeats its command line.
      if (/^ {2}(exitCode|signal|timeout|expired|error):/.test(text)) print(`${text}\n`)
      inDiagnosis = text !== '  ...'
    } else if (text === '  ---') inDiagnosis = true
    else if (ended) fileEnds(ended[1] as string, ended[2] as string, ended[3])
    else if (counted) count(totals, counted[1] as string)
    else if (text.startsWith('# Subtest:') || /^ {4}/.test(text)) block.push(text)
    else if (text.startsWith('Bail out!') || text.startsWith('No valid test files')) print(`${text}\n`)
  }

  return {
    line,
    /** The totals once tap has ended with `code`; what it never finished counts as failed. */
    end(code: number | null): Totals {
      if (block.length > 0) print(`${block.join('\n')}\nunfinished\n`)
      totals.failed += empty
      totals.skipped -= Math.min(empty, totals.skipped)
      if (code !== 0 && totals.failed === 0) totals.failed = Math.max(1, totals.bad.length)
      return totals
    },
  }
}

function count(totals: Totals, text: string): void {
  const figures = Object.fromEntries(text.split(', ').map((pair) => pair.split(': ')))
  totals.passed = Number(figures.pass ?? 0)
  totals.failed = Number(figures.fail ?? 0)
  totals.skipped = Number(figures.skip ?? 0) + Number(figures.todo ?? 0)
}

function seconds(milliseconds: string | undefined): string {
  return `${(Number(milliseconds ?? 0) / 1000).toFixed(1).padStart(5)} s`
}
