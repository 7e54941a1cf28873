// `pnpm openapi`: writes services/<name>/openapi.json and gateway/admin.openapi.json as the apps describe themselves.
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describeApps } from './openapi.ts'

const ROOT = resolve(import.meta.dirname, '../../..')

for (const [path, text] of await describeApps(ROOT)) {
  writeFileSync(join(ROOT, path), text)
  process.stdout.write(`${path}\n`)
}
