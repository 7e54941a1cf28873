import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestScope } from '@stockgate/test-kit'

/** An empty folder that goes with the test. */
export function folder(t: TestScope): string {
  const path = mkdtempSync(join(tmpdir(), 'stockgate-cli-'))
  t.teardown(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** The path of a new file with this content. */
export function file(t: TestScope, content: string | Buffer): string {
  const path = join(folder(t), 'file.csv')
  writeFileSync(path, content)
  return path
}
