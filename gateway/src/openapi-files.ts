import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Logger } from 'pino'

/**
 * The `openapi.json` beside each `gateway.json` of these files and folders, by service. A document that cannot be
 * read is left out with a warning: a gateway serves without descriptions rather than not at all.
 */
export async function readOpenApiFiles(
  manifestPaths: readonly string[],
  log: Logger,
): Promise<ReadonlyMap<string, object>> {
  const documents = new Map<string, object>()
  for (const folder of new Set((await Promise.all(manifestPaths.map(foldersOf))).flat())) {
    const file = join(folder, 'openapi.json')
    try {
      const document = await readJson(file)
      if (document === undefined) continue
      const manifest = (await readJson(join(folder, 'gateway.json'))) as { service?: unknown } | undefined
      if (typeof manifest?.service === 'string') documents.set(manifest.service, document)
    } catch (error) {
      log.warn({ file, reason: (error as Error).message }, 'an API description is left out')
    }
  }
  return documents
}

async function foldersOf(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => undefined)
  if (!found?.isDirectory()) return basename(path) === 'gateway.json' ? [dirname(path)] : []
  const entries = await readdir(path, { withFileTypes: true })
  return [path, ...entries.filter((entry) => !entry.isFile()).map((entry) => join(path, entry.name))]
}

async function readJson(file: string): Promise<object | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  return text === undefined ? undefined : (JSON.parse(text) as object)
}
