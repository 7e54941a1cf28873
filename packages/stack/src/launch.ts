import { join } from 'node:path'
import { type Child, keepChild } from './child.ts'
import { createChildLog } from './child-log.ts'
import { showErrors } from './error-lines.ts'
import { ROOT } from './home.ts'
import { rememberChildren } from './leftovers.ts'
import type { Part, Places } from './parts.ts'
import { untilOk } from './readiness.ts'

/** What a process needs of our own environment; the rest of it could change a process behind its settings. */
const INHERITED = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG', 'LC_ALL', 'NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS']

/**
 * Gives a function that starts one part as a process with a log file of its own. `failed` hears of a part that
 * cannot be started.
 */
export function createLauncher(
  home: string,
  say: (line: string) => void,
  failed: (reason: string) => void,
): (part: Part, places: Places) => Child {
  const remember = rememberChildren(home)
  return (part, places) => {
    const log = createChildLog(home, part.name)
    const errors = showErrors(part.name, log, say)
    const port = places.ports[part.name] as number
    const child = keepChild({
      name: part.name,
      main: join(ROOT, part.folder, 'src/main.ts'),
      env: {
        ...inherited(),
        // No setting of theirs: it shows whoever looks at a process which stack it belongs to.
        STOCKGATE_HOME: home,
        // A third less work for every start after the first.
        NODE_COMPILE_CACHE: join(home, 'compile-cache'),
        HOST: '127.0.0.1',
        PORT: String(port),
        LOG_LEVEL: places.logLevel,
        ...part.settings(places),
      },
      log,
      say,
      failed,
      began: (pid) => remember(part.name, pid),
      served: (signal) => untilOk(`http://127.0.0.1:${port}/readyz`, signal),
    })
    return { ...child, stop: () => child.stop().finally(() => errors.stop()) }
  }
}

function inherited(): Record<string, string> {
  return Object.fromEntries(
    INHERITED.flatMap((name) => {
      const value = process.env[name]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}
