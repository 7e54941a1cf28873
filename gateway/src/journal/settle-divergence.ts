import type { Logger } from 'pino'
import type { JournalFile } from './journal-file.ts'
import { type Line, readLines } from './line.ts'
import type { SharedList } from './shared-list.ts'

export interface Divergence<E> {
  readonly list: SharedList
  readonly mine: readonly Line<E>[]
  readonly isBeginning: (entry: E) => boolean
  readonly describe: (entry: E) => object
  readonly file: JournalFile<E>
  readonly log: Logger
}

/** The history to go on with, and what the file of the former one is renamed to. */
export interface Settled<E> {
  readonly lines: readonly Line<E>[]
  readonly aside?: string
}

/**
 * Two histories that differ before both end. The one in Redis holds, for all gateways follow it; ours is logged and
 * its file kept. Except where Redis has nothing but what a gateway made by itself to begin with, as happens when one
 * starts for the first time right after Redis was flushed: what people decided is put in its place. Undefined where
 * there is nothing more to do than look again.
 */
export async function settleDivergence<E>(divergence: Divergence<E>): Promise<Settled<E> | undefined> {
  const { list, mine, isBeginning, describe, file, log } = divergence
  const theirs = readLines<E>(await list.all())
  const isDecided = (lines: readonly Line<E>[]) => lines.some(({ entry }) => !isBeginning(entry))
  if (!isDecided(theirs) && isDecided(mine)) {
    if (await list.overrule(theirs, mine))
      log.warn(
        { entries: mine.length },
        'Redis had begun anew: the history that was there before is put back',
      )
    return undefined
  }
  const common = mine.findIndex(({ head }, at) => head !== theirs[at]?.head)
  if (common === -1) return undefined
  const lost = mine.slice(common)
  if (!isDecided(lost)) return { lines: theirs }
  const aside = `${file.path}.diverged-${lost.at(-1)?.chain}`
  log.error(
    { from: common + 1, to: mine.length, kept: aside, lost: lost.map(({ entry }) => describe(entry)) },
    'the history of this gateway is not the one in Redis: these entries do not hold any more',
  )
  return { lines: theirs, aside }
}
