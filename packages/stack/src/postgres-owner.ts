import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { processStart } from './process-start.ts'

/** The data folder belongs to another process that still runs. */
export class FolderInUse extends Error {
  constructor(folder: string, pid: number) {
    super(`${folder} is in use by process ${pid}; stop that one first or choose another folder`)
    this.name = 'FolderInUse'
  }
}

interface Owner {
  readonly pid: number
  /** Tells a process from a later one with the same number. */
  readonly started: string
}

/**
 * Makes this process the owner of a folder, or throws FolderInUse. A claim outlives a killed owner harmlessly,
 * because it counts only while that very process runs.
 *
 * Claims are numbered files and only the highest counts: whoever creates the next number owns the folder, so of
 * two processes that both see a dead owner exactly one wins.
 */
export function claimFolder(folder: string): { release(): void } {
  const claims = join(folder, 'owner')
  mkdirSync(claims, { recursive: true, mode: 0o700 })
  const draft = join(claims, `draft-${process.pid}-${Date.now()}`)
  for (;;) {
    const last = highest(claims)
    const owner = last > 0 ? readOwner(join(claims, String(last))) : undefined
    if (owner && owner.started !== '' && owner.started === processStart(owner.pid))
      throw new FolderInUse(folder, owner.pid)
    const mine = join(claims, String(last + 1))
    writeFileSync(draft, JSON.stringify({ pid: process.pid, started: processStart(process.pid) ?? '' }))
    try {
      linkSync(draft, mine)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue
      throw error
    } finally {
      rmSync(draft, { force: true })
    }
    for (let n = last; n > 0 && n > last - 10; n--) rmSync(join(claims, String(n)), { force: true })
    return { release: () => release(mine) }
  }
}

/** Marks the claim as ended but keeps its number: the next claim must be higher. */
function release(claim: string): void {
  const ended = `${claim}-ended`
  try {
    writeFileSync(ended, JSON.stringify({ pid: 0, started: '' }))
    renameSync(ended, claim)
  } catch {
    // The folder was deleted meanwhile: nothing is left to own.
  }
}

function highest(claims: string): number {
  const numbers = readdirSync(claims).filter((name) => /^\d+$/.test(name))
  return Math.max(0, ...numbers.map(Number))
}

function readOwner(claim: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(claim, 'utf8')) as Owner
  } catch {
    return undefined
  }
}
