// `pnpm openapi`: writes services/<name>/openapi.json as the apps describe themselves.
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describeServices } from './openapi.ts'

const ROOT = resolve(import.meta.dirname, '../../..')

for (const [path, text] of await describeServices(ROOT)) {
  writeFileSync(join(ROOT, path), text)
  process.stdout.write(`${path}\n`)
}
