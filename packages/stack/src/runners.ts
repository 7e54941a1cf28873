import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

interface Ancestor {
  readonly pid: number
  readonly parent: number
  readonly name: string
}

const PERIOD_MS = 500
const DEEPEST = 12

/**
 * Calls `gone` when npm or pnpm, which ran this process for a user, or a shell between them and us, is no more.
 * They pass a Ctrl-C on, but who kills one of them by its number means all of it, and nobody would tell us.
 */
export function watchRunners(gone: () => void): { stop(): void } {
  const runners = findRunners()
  const timer = setInterval(() => {
    if (runners.every(isAlive)) return
    clearInterval(timer)
    gone()
  }, PERIOD_MS)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}

/** Our ancestors up to the highest that is npm or pnpm; none where we were started without them. */
function findRunners(): number[] {
  const line: Ancestor[] = []
  for (let pid = process.ppid; pid > 1 && line.length < DEEPEST; ) {
    const ancestor = look(pid)
    if (!ancestor) break
    line.push(ancestor)
    pid = ancestor.parent
  }
  const highest = line.findLastIndex(({ name }) => /^(npm|npx|pnpm)\b/.test(name))
  return line.slice(0, highest + 1).map(({ pid }) => pid)
}

function look(pid: number): Ancestor | undefined {
  if (process.platform === 'linux') {
    try {
      const [, name = '', parent = '0'] =
        /^\d+ \((.*)\) \S (\d+) /s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
      return { pid, parent: Number(parent), name }
    } catch {
      return undefined
    }
  }
  const listed = spawnSync('ps', ['-o', 'ppid=,comm=', '-p', String(pid)], { encoding: 'utf8' })
  const [, parent = '0', name = ''] = /^\s*(\d+)\s+(.*)$/m.exec(listed.stdout ?? '') ?? []
  return name === '' ? undefined : { pid, parent: Number(parent), name: name.split('/').at(-1) ?? '' }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Not ours to signal, but there.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
