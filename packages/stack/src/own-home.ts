import { accessSync, constants, existsSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SettingError } from '@stockgate/settings'
import { readRunning } from './home.ts'
import { claimFolder, FolderInUse } from './postgres.ts'

/** Makes the state folder usable and this process its only user. Throws a SettingError when either fails. */
export function ownHome(home: string): { release(): void } {
  try {
    // Not closed to others: PostgreSQL may run as another user, and closes its own part.
    makeFolder(join(home, 'logs'))
    accessSync(home, constants.W_OK | constants.X_OK)
    accessSync(join(home, 'logs'), constants.W_OK | constants.X_OK)
    return claimFolder(home)
  } catch (error) {
    if (error instanceof FolderInUse) {
      const where = readRunning(home)?.gateway
      throw new SettingError(
        'STOCKGATE_HOME',
        `${error.message}${where ? ` (its gateway is ${where})` : ''}, as in STOCKGATE_HOME=.other pnpm start`,
      )
    }
    const code = (error as NodeJS.ErrnoException).code ?? String(error)
    throw new SettingError(
      'STOCKGATE_HOME',
      `cannot write in ${home} (${code}); make it writable or name another`,
    )
  }
}

/** Unlike mkdir's own `recursive`, this ends where a parent exists in which nothing can be made, as in /proc. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    if (code !== 'ENOENT' || existsSync(dirname(path))) throw error
    makeFolder(dirname(path))
    mkdirSync(path)
  }
}
