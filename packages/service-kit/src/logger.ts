import { type Logger, pino } from 'pino'

/** A JSON logger on stdout; `service` is in every line. Headers and bodies are never logged, so no secret can be. */
export function createLogger(service: string, level: string): Logger {
  return pino({ level, base: { service }, timestamp: pino.stdTimeFunctions.isoTime })
}
