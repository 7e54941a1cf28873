import { randomUUID } from 'node:crypto'
import { chmodSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SettingError } from '@stockgate/settings'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'

/** The one algorithm of access and ID tokens. */
export const SIGNING_ALGORITHM = 'ES256'

const FILE = 'signing-keys.json'

/** A set of private keys; the first signs, the others only verify what was signed before. */
export interface SigningKeys {
  readonly keys: JWK[]
}

/**
 * The signing keys of a state folder, created on first use, so that tokens stay valid over a restart. Throws a
 * SettingError when the folder cannot be used or holds something else.
 */
export async function loadSigningKeys(folder: string): Promise<SigningKeys> {
  const path = join(folder, FILE)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return parse(readIfThere(path) ?? (await create(folder, path)), path)
  } catch (error) {
    if (error instanceof SettingError) throw error
    const { code } = error as NodeJS.ErrnoException
    throw new SettingError(
      'STATE',
      `cannot use the folder ${folder} (${code}): make it writable or name another`,
    )
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Written aside and linked into place: a crash leaves no half file, and of two starting processes one wins. */
async function create(folder: string, path: string): Promise<string> {
  const draft = join(folder, `.${FILE}.${randomUUID()}`)
  writeFileSync(draft, `${JSON.stringify({ keys: [await generate()] }, null, 2)}\n`, { mode: 0o600 })
  try {
    chmodSync(draft, 0o600)
    linkSync(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft, { force: true })
  }
  return readFileSync(path, 'utf8')
}

async function generate(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(SIGNING_ALGORITHM, { extractable: true })
  const jwk = await exportJWK(privateKey)
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: SIGNING_ALGORITHM, use: 'sig' }
}

function parse(content: string, path: string): SigningKeys {
  let document: { keys?: JWK[] } | null = null
  try {
    document = JSON.parse(content)
  } catch {
    // Told below without quoting the file: it holds private keys.
  }
  const keys = document?.keys
  if (
    !Array.isArray(keys) ||
    keys.length === 0 ||
    !keys.every((key) => key?.crv === 'P-256' && key.d && key.kid)
  )
    throw new SettingError(
      'STATE',
      `${path} is not a set of private P-256 keys: restore it, or remove it and let every token become invalid`,
    )
  return { keys }
}
