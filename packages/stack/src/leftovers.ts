import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { readJson, writePrivate } from './home.ts'
import { processStart } from './process-start.ts'

interface Process {
  readonly pid: number
  /** Tells a process from a later one with the same number. */
  readonly started: string
}

/** Remembers which processes run, so that the next start finds those a killed stack left. */
export function rememberChildren(home: string): (name: string, pid: number) => void {
  const path = join(home, 'children.json')
  const known: Record<string, Process> = {}
  return (name, pid) => {
    known[name] = { pid, started: processStart(pid) ?? '' }
    writePrivate(path, known)
  }
}

/** Ends what a killed stack left running. They end by themselves as well, but perhaps not yet. */
export async function endLeftovers(home: string, say: (line: string) => void): Promise<void> {
  const left = Object.entries(readJson<Record<string, Process>>(join(home, 'children.json')) ?? {}).filter(
    ([, process]) => runs(process),
  )
  if (left.length === 0) return
  say(`ending ${left.map(([name]) => name).join(', ')}, left running by a stack that was killed`)
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    for (const [, process] of left) end(process, signal)
    for (let waited = 0; waited < 5_000 && left.some(([, process]) => runs(process)); waited += 20)
      await pause(20)
  }
}

function runs({ pid, started }: Process): boolean {
  return started !== '' && processStart(pid) === started
}

function end(child: Process, signal: NodeJS.Signals): void {
  try {
    if (runs(child)) process.kill(child.pid, signal)
  } catch {
    // It ended in between.
  }
}
