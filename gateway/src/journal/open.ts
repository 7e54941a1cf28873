import { join } from 'node:path'
import type { Logger } from 'pino'
import { fileJournal } from './file-journal.ts'
import type { Journal } from './journal.ts'
import { openJournalFile } from './journal-file.ts'

export interface OpenJournalOptions {
  /** Names the file in the state folder and the list in Redis. */
  readonly name: 'policy' | 'keys'
  /** The state folder. */
  readonly folder: string
  readonly log: Logger
}

/** Opens a journal. Rejects with a SettingError when the state folder cannot be used. */
export async function openJournal<E>({ name, folder, log }: OpenJournalOptions): Promise<Journal<E>> {
  const file = await openJournalFile<E>(join(folder, `${name}.jsonl`), log)
  return fileJournal(file, log)
}
