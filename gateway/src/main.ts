import { once } from 'node:events'
import { SettingError } from '@stockgate/settings'
import closeWithGrace from 'close-with-grace'
import { pino } from 'pino'
import { checkRuntimeOptions } from './runtime-options.ts'
import { readGatewaySettings } from './settings.ts'
import { startGateway } from './start.ts'

try {
  checkRuntimeOptions(process.env, process.execArgv)
  const settings = readGatewaySettings(process.env)
  // A write for each line would cost a round trip through the thread pool, more than all limits of a request.
  const output = pino.destination({ dest: 1, sync: false, minLength: 8_192, periodicFlush: 50 })
  const log = pino(
    { level: settings.LOG_LEVEL, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    output,
  )
  const starting = startGateway(settings, log)

  const grace = settings.DRAIN_DELAY_MS + settings.DRAIN_TIMEOUT_MS + 5_000
  // Before anybody can connect: a signal right after the first answer drains as any other.
  const { close } = closeWithGrace({ delay: grace, logger: false }, async ({ err, signal }) => {
    if (err) log.fatal({ err }, 'stopping after an unforeseen error')
    else log.info({ signal }, 'stopping')
    await (await starting).stop()
    log.info('stopped')
    output.end()
    await once(output, 'close')
  })
  // Started by another process, the gateway does not outlive it.
  process.once('disconnect', close)
  await starting
} catch (error) {
  const text =
    error instanceof SettingError ? error.message : error instanceof Error ? error.stack : String(error)
  process.stderr.write(`stockgate gateway: ${text}\n`)
  process.exit(1)
}
