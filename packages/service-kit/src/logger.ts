import { type DestinationStream, type Logger, pino } from 'pino'

/**
 * A JSON logger on stdout; `service` is in every line. Headers and bodies are never logged, so no secret can be.
 * `destination` is for tests.
 */
export function createLogger(service: string, level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: errorFields },
  }
  return destination ? pino(options, destination) : pino(options)
}

/** Drivers hang whole connections with their keys on their errors: only what explains the error is logged. */
function errorFields(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : { type: typeof error }
  const { name, message, stack, cause } = error
  const { code } = error as { code?: unknown }
  return {
    type: error.constructor.name || name,
    message,
    stack,
    ...(typeof code === 'string' && { code }),
    ...(cause !== undefined && depth < 4 && { cause: errorFields(cause, depth + 1) }),
  }
}
