import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { RedisConnections } from '../redis/index.ts'
import { fileJournal } from './file-journal.ts'
import type { Journal } from './journal.ts'
import { openJournalFile } from './journal-file.ts'
import { RedisJournal } from './redis-journal.ts'

export interface OpenJournalOptions<E> {
  /** Names the file in the state folder and the list in Redis. */
  readonly name: 'policy' | 'keys' | 'revocations'
  /** The state folder. */
  readonly folder: string
  /** Without it the file is all there is. The connections belong to whoever opened them. */
  readonly redis?: Pick<RedisConnections, 'background' | 'subscriptions'>
  readonly log: Logger
  /** Whether an entry is one that a gateway makes by itself to begin with. */
  readonly isBeginning?: (entry: E) => boolean
  /** What the log may tell of an entry that is lost; nothing by default. */
  readonly describe?: (entry: E) => object
}

/**
 * Opens a journal; with Redis in reach it is up to date then, otherwise it holds what was last known. Rejects with a
 * SettingError when the state folder cannot be used.
 */
export async function openJournal<E>(options: OpenJournalOptions<E>): Promise<Journal<E>> {
  const { name, folder, redis, log, isBeginning, describe } = options
  const file = await openJournalFile<E>(pathOf(name, folder), log)
  if (redis === undefined) return fileJournal(file, log)
  const { background, subscriptions } = redis
  const journal = new RedisJournal({
    name,
    file,
    background,
    subscriptions,
    log,
    ...(isBeginning && { isBeginning }),
    ...(describe && { describe }),
  })
  await journal.look()
  return journal
}

/** Whether a state folder holds entries of a journal already. */
export async function hasHistory(
  name: OpenJournalOptions<unknown>['name'],
  folder: string,
): Promise<boolean> {
  try {
    return (await stat(pathOf(name, folder))).size > 0
  } catch {
    // A folder that cannot be read is told when the journal is opened.
    return false
  }
}

function pathOf(name: string, folder: string): string {
  return join(folder, `${name}.jsonl`)
}
