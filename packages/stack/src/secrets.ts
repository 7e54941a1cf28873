import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { ROOT, readJson, writeCredentials, writePrivate } from './home.ts'

/** The client the stack itself tries the gateway with, and the one in the lines it shows. */
export const PROBE_CLIENT = 'demo'

/** The secret of the orders service. */
export function ordersSecret(home: string): string {
  return keptSecret(join(home, 'orders-secret.json'))
}

/** What the gateway seals API keys with: another one would make all of them worthless. */
export function keyPepper(home: string): string {
  return keptSecret(join(home, 'gateway', 'key-pepper.json'))
}

/** Made once for a state folder: no default lies in a file everybody has. */
function keptSecret(path: string): string {
  const kept = readJson<{ secret?: string }>(path)?.secret
  if (kept) return kept
  const secret = randomBytes(24).toString('base64url')
  writePrivate(path, { secret })
  return secret
}

/** Leaves the development secrets of people's clients where the `stockgate` command looks for them. */
export function shareCredentials(home: string): string {
  const path = join(ROOT, 'services/identity/development-secrets.json')
  const { orders: _service, ...people } = readJson<Record<string, string>>(path) ?? {}
  writeCredentials(home, people)
  return people[PROBE_CLIENT] ?? ''
}
