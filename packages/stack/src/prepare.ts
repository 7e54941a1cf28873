import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { SettingError } from '@stockgate/settings'
import { proveServer } from './databases.ts'
import { ROOT } from './home.ts'
import { endLeftovers } from './leftovers.ts'
import { gateway, type Places, services } from './parts.ts'
import { claimPort, keepPorts } from './ports.ts'
import { proveRedis } from './redis.ts'
import { keyPepper, ordersSecret } from './secrets.ts'
import type { Settings } from './settings.ts'

const POSTGRES = 'postgres'

/** Where everything will be, without the databases; those come once their server runs. */
export interface Prepared {
  readonly places: Places
  readonly postgresPort: number
}

/**
 * Finds out whether a start can succeed before anything is started: what is wrong is then one line, and nothing is
 * left behind. The state folder must already be ours.
 */
export async function prepare(
  settings: Settings,
  home: string,
  say: (line: string) => void,
): Promise<Prepared> {
  for (const { name, folder } of [...services, gateway])
    if (!existsSync(join(ROOT, folder, 'src/main.ts')))
      throw new Error(`${name} is missing: there is no ${folder}/src/main.ts in ${ROOT}`)
  await endLeftovers(home, say)

  const { PORT, ADMIN_PORT, DATABASE_URL, REDIS_URL } = settings
  if (PORT === ADMIN_PORT && PORT !== 0)
    throw new SettingError('ADMIN_PORT', `${ADMIN_PORT} is the PORT of the gateway; choose another`)
  const gatewayPort = await claimPort('PORT', PORT)
  const adminPort = await claimPort('ADMIN_PORT', ADMIN_PORT)
  if (DATABASE_URL) await proveServer(DATABASE_URL)
  if (REDIS_URL) await proveRedis(REDIS_URL)

  const names = services.map(({ name }) => name)
  const { [POSTGRES]: postgresPort = 0, ...ports } = await keepPorts(home, [...names, POSTGRES])
  return {
    postgresPort,
    places: {
      home,
      gateway: `http://127.0.0.1:${gatewayPort}`,
      adminPort,
      ports: { ...ports, [gateway.name]: gatewayPort },
      databases: {},
      redisUrl: REDIS_URL?.href,
      ordersSecret: ordersSecret(home),
      keyPepper: keyPepper(home),
      logLevel: settings.LOG_LEVEL,
    },
  }
}
