import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '@stockgate/stack/free-port'
import { createTestDatabase, startRedis } from '@stockgate/test-kit'
import t, { type Test } from 'tap'
import { type ComposeService, interpolate, readCompose } from '../../src/container/compose.ts'
import { type Contained, startImage } from '../../src/container/process.ts'
import { layOutImage, ROOT } from '../../src/image-layout.ts'
import { openShop } from '../../src/shop.ts'

const EXAMPLE = readFileSync(join(ROOT, '.env.example'), 'utf8')

/** Every variable of .env.example with a secret of its own. */
function secrets(): Record<string, string> {
  const names = [...EXAMPLE.matchAll(/^(\w+)=/gm)].map((match) => match[1] as string)
  return Object.fromEntries(names.map((name) => [name, randomBytes(24).toString('hex')]))
}

/** The environment of a compose service, moved from the network of containers to free ports of this machine. */
async function environmentOf(
  t: Test,
  { environment = {}, volumes = [] }: ComposeService,
  ports: Readonly<Record<string, number>>,
): Promise<Record<string, string>> {
  const mounts = volumes.map((volume) => volume.split(':')).filter(([source]) => source?.startsWith('./'))
  const moved = Object.entries(environment).map(([name, value]): [string, string] => {
    const mount = mounts.find(([, target]) => target && value.startsWith(target))
    if (mount) return [name, value.replace(mount[1] as string, join(ROOT, mount[0] as string))]
    return [
      name,
      value.replace(/\/\/([a-z]+):8080/g, (all, host) => (ports[host] ? `//127.0.0.1:${ports[host]}` : all)),
    ]
  })
  const env = Object.fromEntries(moved)
  if (env.DATABASE_URL) env.DATABASE_URL = (await createTestDatabase(t)).url
  if (env.REDIS_URL) env.REDIS_URL = (await startRedis(t)).url
  if (env.ADMIN_HOST) Object.assign(env, { ADMIN_HOST: '127.0.0.1', ADMIN_PORT: String(await freePort()) })
  return env
}

// Four installations and five starts.
t.setTimeout(240_000)

t.test('the images, with the environment of the compose file, are the whole system', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'stockgate-images-'))
  chmodSync(folder, 0o755)
  // Some hundred thousand links: the system's own program takes a third of the time.
  t.teardown(() => spawnSync('rm', ['-rf', folder]))
  const compose = readCompose(join(ROOT, 'docker-compose.yml'))
  const names = Object.keys(compose.services).filter((name) => compose.services[name]?.build)
  const ports = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await freePort()])))
  const api = `http://127.0.0.1:${ports.gateway}`
  const chosen = secrets()
  const { services } = interpolate(compose, { ...chosen, PUBLIC_URL: api })

  const running: Record<string, Contained> = {}
  const start = async (name: string) => {
    const service = services[name] as ComposeService
    const image = await layOutImage(service.build?.dockerfile as string, folder)
    running[name] = startImage(t, image, {
      ...(await environmentOf(t, service, ports)),
      HOST: '127.0.0.1',
      PORT: String(ports[name]),
    })
  }
  await Promise.all(names.map(start))
  await Promise.all(Object.values(running).map(({ healthy }) => healthy()))
  await Promise.all(
    names.map((name) => (running[name] as Contained).ready(`http://127.0.0.1:${ports[name]}/readyz`)),
  )

  const clients = ['orders', 'demo', 'warehouse', 'manager', 'ops']
  const shop = openShop(
    api,
    Object.fromEntries(clients.map((id) => [id, chosen[`${id.toUpperCase()}_CLIENT_SECRET`] as string])),
  )
  for (const path of ['/products', '/orders']) {
    t.equal((await fetch(`${api}${path}`)).status, 401)
    t.match(await shop.call('demo', 'GET', path), { status: 200, body: { items: [] } })
  }
  const sku = await shop.stock(3)
  t.match(await shop.order([{ sku, quantity: 2 }]), { status: 201, body: { status: 'CONFIRMED' } })
  t.match(await shop.order([{ sku, quantity: 2 }]), { status: 409 })
  const known = await fetch(`${api}/identity/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('demo:demo-secret')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  t.equal(known.status, 401, 'the secret everybody knows opens nothing here')

  await Promise.all(
    names.map(async (name) => {
      const { stop, log } = running[name] as Contained
      t.equal(await stop(), 0, `${name} ends well when told to`, { log: log().slice(-2000) })
    }),
  )
})
