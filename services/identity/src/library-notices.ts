import { format } from 'node:util'
import type { Logger } from 'pino'

/**
 * oidc-provider writes its notices with console, also while it is being imported; our log is JSON lines. Imported
 * before the library, this module keeps what is written until a logger is there.
 */
const kept: string[] = []
let logger: Logger | undefined

function take(...parts: unknown[]): void {
  const notice = format(...parts)
  if (logger) logger.debug({ notice }, 'notice of oidc-provider')
  else kept.push(notice)
}

console.info = take
console.warn = take

/** From now on, and for what was kept, notices are debug lines of this logger. */
export function noticesTo(target: Logger): void {
  logger = target
  for (const notice of kept.splice(0)) logger.debug({ notice }, 'notice of oidc-provider')
}
