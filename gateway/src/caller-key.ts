import { randomUUID } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type CallerKey, generateCallerJwk, importCallerKey } from '@stockgate/caller'
import { SettingError } from '@stockgate/settings'

/** Reads the private key that signs caller tokens, and makes one where there is none. */
export async function openCallerKey(path: string): Promise<CallerKey> {
  try {
    return await importCallerKey(JSON.parse(await readOrMake(path)))
  } catch (error) {
    throw new SettingError('CALLER_KEY', `${path} ${complaintOf(error)}`)
  }
}

/** Several gateways may start on one file: the first to write wins, the others read what it wrote. */
async function readOrMake(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
  await mkdir(dirname(path), { recursive: true })
  const text = `${JSON.stringify(await generateCallerJwk())}\n`
  // Written aside and then linked: nobody, not even after a crash, finds half a key under the name.
  const aside = `${path}.${randomUUID()}`
  try {
    await writeFile(aside, text, { mode: 0o600, flag: 'wx' })
    await link(aside, path)
    return text
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    return await readFile(path, 'utf8')
  } finally {
    await rm(aside, { force: true })
  }
}

function complaintOf(error: unknown): string {
  const code = codeOf(error)
  return code === undefined
    ? 'is no private P-256 JWK; delete it to have a new one made'
    : `cannot be read or written (${code})`
}

function codeOf(error: unknown): string | undefined {
  const { code } = error as { code?: unknown }
  // A DOMException of WebCrypto has a number there.
  return typeof code === 'string' ? code : undefined
}
