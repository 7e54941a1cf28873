import type { Logger } from 'pino'
import { History } from './history.ts'
import { Conflict, type Journal, Unavailable } from './journal.ts'
import type { JournalFile } from './journal-file.ts'
import { lineAfter } from './line.ts'
import { Turns } from './turns.ts'

/** The journal of a gateway that is alone: its file is the place that decides. */
export function fileJournal<E>(file: JournalFile<E>, log: Logger): Journal<E> {
  const history = new History<E>(log)
  const turns = new Turns()
  history.extend(file.kept)
  return {
    entries: () => history.entries(),
    subscribe: (listener, options) => history.subscribe(listener, options),
    synced: () => true,
    append: (entry, expectedLength) =>
      turns.take(async () => {
        if (history.length !== expectedLength) throw new Conflict(history.length)
        const line = lineAfter(history.newest, entry)
        try {
          await file.append([line])
        } catch (error) {
          throw new Unavailable(`the change could not be kept: ${(error as Error).message}`, error)
        }
        history.extend([line])
        return { number: line.number, entry: line.entry }
      }),
    close: () => turns.take(() => file.close()),
  }
}
