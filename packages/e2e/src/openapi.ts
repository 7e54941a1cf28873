import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { createLogger } from '@stockgate/service-kit'

/** What `buildApp` of a service gives, as far as its description is concerned. */
interface DescribedApp {
  ready(): PromiseLike<unknown>
  swagger(): object
  close(): Promise<unknown>
}

type BuildApp = (parts: object) => Promise<DescribedApp>

/** The OpenAPI document of each service whose app describes itself, as text, by the path where it is kept. */
export async function describeServices(root: string): Promise<Map<string, string>> {
  const documents = new Map<string, string>()
  for (const service of readdirSync(join(root, 'services')).sort()) {
    const source = join(root, 'services', service, 'src/app.ts')
    if (!existsSync(source)) continue
    const { buildApp } = (await import(pathToFileURL(source).href)) as { buildApp?: BuildApp }
    if (buildApp) documents.set(`services/${service}/openapi.json`, await describe(service, buildApp))
  }
  return documents
}

async function describe(service: string, buildApp: BuildApp): Promise<string> {
  const given: Record<string, unknown> = {
    logger: createLogger(service, 'silent'),
    publicUrl: new URL('http://127.0.0.1:8080'),
    now: Date.now,
  }
  const parts = new Proxy(given, { get: (_, name: string) => given[name] ?? unused(name) })
  const app = await buildApp(parts)
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
