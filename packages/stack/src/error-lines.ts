import type { ChildLog } from './child-log.ts'

const PERIOD_MS = 1_000
/** Errors shown of one process and period; a storm of them would hide everything else. */
const MOST = 3

/** Shows at the terminal what a process logs as an error or worse, until stopped. */
export function showErrors(name: string, log: ChildLog, say: (line: string) => void): { stop(): void } {
  const look = (): void => {
    const errors = log
      .news()
      .map(errorOf)
      .filter((error) => error !== undefined)
    for (const error of errors.slice(0, MOST)) say(`${name}: ${error}`)
    if (errors.length > MOST) say(`${name}: ${errors.length - MOST} more errors in ${log.path}`)
  }
  const timer = setInterval(look, PERIOD_MS)
  return {
    stop: () => {
      clearInterval(timer)
      look()
    },
  }
}

function errorOf(line: string): string | undefined {
  // Cheap before exact: most lines are of lower levels.
  if (!line.includes('"level":50') && !line.includes('"level":60')) return undefined
  try {
    const { level, msg, err } = JSON.parse(line) as {
      level?: number
      msg?: string
      err?: { message?: string }
    }
    if (level === undefined || level < 50) return undefined
    return [msg, err?.message].filter(Boolean).join(': ') || line
  } catch {
    return line
  }
}
