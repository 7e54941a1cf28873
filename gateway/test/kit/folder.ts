import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestScope } from '@stockgate/test-kit'

/** A temporary folder with these files, gone when the test ends. Objects are written as JSON. */
export function folderOf(t: TestScope, files: Record<string, object | string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'stockgate-gateway-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content))
  return folder
}
