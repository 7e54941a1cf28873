import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { SettingError } from '@stockgate/settings'

/** What SQLite says of a file that another connection has locked. */
const BUSY = 5

/**
 * Claims the state folder for this gateway until it is let go. The claim is a lock of the system on a file, taken by
 * way of SQLite, since Node itself has none: it ends with the process however that ends, so nothing is left behind that
 * could keep the next one out. Rejects with a SettingError where another gateway has it.
 */
export async function claimState(folder: string): Promise<{ release(): void }> {
  let database: DatabaseSync | undefined
  try {
    await mkdir(folder, { recursive: true })
    database = new DatabaseSync(join(folder, 'lock'))
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
  } catch (error) {
    database?.close()
    if ((error as { errcode?: number }).errcode === BUSY)
      throw new SettingError(
        'STATE',
        `${folder} is in use by another gateway: stop that one, or give each a STATE of its own`,
      )
    // A folder that cannot be used is told by whoever keeps something in it.
    return { release: () => {} }
  }
  const claimed = database
  return { release: () => claimed.close() }
}
