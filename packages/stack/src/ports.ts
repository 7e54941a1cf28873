import { join } from 'node:path'
import { SettingError } from '@stockgate/settings'
import { freePort, whyTaken } from './free-port.ts'
import { readJson, writePrivate } from './home.ts'

const FILE = 'ports.json'

/**
 * A loopback port for each name, the same as last time where that is still free: what restarts comes back where
 * the others know it.
 */
export async function keepPorts(home: string, names: readonly string[]): Promise<Record<string, number>> {
  const path = join(home, FILE)
  const before = readJson<Record<string, number>>(path) ?? {}
  const ports: Record<string, number> = {}
  for (const name of names) {
    const last = before[name]
    ports[name] = last !== undefined && (await whyTaken(last)) === undefined ? last : await freePort()
  }
  writePrivate(path, ports)
  return ports
}

/** The port a setting asks for, 0 being any free one. Throws a SettingError when it cannot be listened on. */
export async function claimPort(setting: string, wanted: number): Promise<number> {
  if (wanted === 0) return freePort()
  const fault = await whyTaken(wanted)
  if (fault === undefined) return wanted
  if (fault === 'EADDRINUSE')
    throw new SettingError(
      setting,
      `${wanted} on 127.0.0.1 is taken; stop what listens there, or choose another: ${setting}=${wanted + 1} pnpm start`,
    )
  throw new SettingError(setting, `cannot listen on ${wanted} (${fault}); choose one above 1023`)
}
