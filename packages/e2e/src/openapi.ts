import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createLogger } from '@stockgate/service-kit'

/** What a deployable builds, as far as its description is concerned. */
interface DescribedApp {
  ready(): PromiseLike<unknown>
  swagger(): object
  close(): Promise<unknown>
}

type Build = (parts: object) => DescribedApp | Promise<DescribedApp>

/** Where an app that describes itself is built, by which function, and where its description is kept. */
interface Described {
  readonly source: string
  readonly build: string
  readonly document: string
  /** What it reads while it is built. */
  readonly given: Readonly<Record<string, unknown>>
}

const ORIGIN = 'http://127.0.0.1:8080'
/** Bounds of a listener that nobody will call. */
const BOUNDS = {
  ADDRESS_LIMIT: 0,
  REQUESTS_PER_CONNECTION: 1,
  HEADERS_TIMEOUT_MS: 1_000,
  HEADER_BYTES: 16_384,
  HEADER_COUNT: 100,
  TARGET_BYTES: 8_192,
  ADMIN_HOST: '127.0.0.1',
  ADMIN_HOSTS: [],
}

/** The OpenAPI document of each app that describes itself, as text, by the path where it is kept. */
export async function describeApps(root: string): Promise<Map<string, string>> {
  const documents = new Map<string, string>()
  for (const app of appsIn(root)) {
    const source = join(root, app.source)
    if (!existsSync(source)) continue
    const build = ((await import(pathToFileURL(source).href)) as Record<string, Build | undefined>)[app.build]
    if (build) documents.set(app.document, await describe(build, app.given))
  }
  return documents
}

function appsIn(root: string): Described[] {
  const services = readdirSync(join(root, 'services')).sort()
  return [
    {
      source: 'gateway/src/admin/server.ts',
      build: 'buildAdmin',
      document: 'gateway/admin.openapi.json',
      given: { publicUrl: ORIGIN, adminCertificates: null, settings: BOUNDS },
    },
    ...services.map((service) => ({
      source: `services/${service}/src/app.ts`,
      build: 'buildApp',
      document: `services/${service}/openapi.json`,
      given: { logger: createLogger(service, 'silent'), publicUrl: new URL(ORIGIN), now: Date.now },
    })),
  ]
}

async function describe(build: Build, given: Readonly<Record<string, unknown>>): Promise<string> {
  const parts = new Proxy(given, { get: (_, name: string) => (name in given ? given[name] : unused(name)) })
  const app = await build(parts)
  try {
    await app.ready()
    return `${JSON.stringify(app.swagger(), null, 2)}\n`
  } finally {
    await app.close()
  }
}

/** Stands for a database and the like: it may be handed on, but an app that only describes itself never uses it. */
function unused(name: string): unknown {
  const refuse = () => {
    throw new Error(`${name} is used while the app is built: open it in main.ts, use it in handlers`)
  }
  return new Proxy(refuse, {
    // Neither a promise nor a primitive.
    get: (_, member) =>
      typeof member === 'symbol' || member === 'then' ? undefined : unused(`${name}.${member}`),
    construct: refuse,
  })
}
