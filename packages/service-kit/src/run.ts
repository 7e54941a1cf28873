import { SettingError } from '@stockgate/settings'
import closeWithGrace from 'close-with-grace'
import type { FastifyInstance } from 'fastify'

/**
 * Runs `start` as the whole of a process. What the operator can mend (a setting, a taken port) ends as one line on
 * stderr and exit code 1; anything else is a fault of ours and shows its stack.
 */
export async function runProcess(name: string, start: () => Promise<void>): Promise<void> {
  try {
    await start()
  } catch (error) {
    process.stderr.write(`stockgate ${name}: ${explain(error)}\n`)
    process.exit(1)
  }
}

function explain(error: unknown): string {
  if (error instanceof SettingError) return error.message
  if (!(error instanceof Error)) return String(error)
  const { code, port, address } = error as { code?: string; port?: number; address?: string }
  if (code === 'EADDRINUSE')
    return `PORT: ${port} on ${address} is taken; stop what listens there or choose another`
  if (code === 'EACCES' && port) return `PORT: ${port} needs more rights; choose one above 1023`
  if (code === 'EADDRNOTAVAIL') return `HOST: ${address} is not an address of this machine`
  return error.stack ?? error.message
}

/**
 * Listens, and closes on SIGTERM and SIGINT, or when the process that started this one is gone: the app first,
 * so that requests under way end, then `release` (pools, jobs) in order.
 */
export async function serve(
  app: FastifyInstance,
  address: { host: string; port: number },
  release: readonly (() => Promise<unknown>)[],
): Promise<void> {
  const close = async () => {
    await app.close()
    for (const one of release) await one()
  }
  // Before anybody can connect: a signal right after the first answer drains as any other.
  const { close: closeNow } = closeWithGrace({ delay: 20_000, logger: app.log }, async ({ err }) => {
    if (err) app.log.fatal({ err }, 'stopping after an unforeseen error')
    await close()
  })
  process.once('disconnect', closeNow)
  try {
    await app.listen(address)
  } catch (error) {
    await close()
    throw error
  }
}
