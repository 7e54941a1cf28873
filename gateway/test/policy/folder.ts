import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Test } from 'tap'

export const LIMITS = {
  tiers: {
    anonymous: { limits: { burst: { quota: 10, window: 1 } } },
    standard: { limits: { burst: { quota: 100, window: 1 }, sustained: { quota: 3000, window: 60 } } },
    partner: { limits: { burst: { quota: 200, window: 1 } } },
  },
  clients: { acme: 'partner' },
  defaultTier: 'standard',
  anonymousTier: 'anonymous',
}

/** A manifest with one route per path. */
export function manifest(service: string, paths: readonly string[], more: object = {}): object {
  return {
    service,
    routes: paths.map((path) => ({ path, methods: ['GET'], auth: 'bearer', scopes: [], ...more })),
  }
}

/** A folder of its own with these files; what is not text is written as JSON. */
export async function folderOf(t: Test, files: Readonly<Record<string, unknown>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'stockgate-policy-'))
  t.teardown(() => rm(folder, { recursive: true, force: true }))
  await writeFiles(folder, files)
  return folder
}

export async function writeFiles(folder: string, files: Readonly<Record<string, unknown>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  }
}
