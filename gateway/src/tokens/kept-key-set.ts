import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdir, open, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type KeyRing, readKeyRing } from '../settings/key-ring.ts'

/** The last good key set of an issuer, with the time it was fetched in milliseconds since the epoch. */
export interface KeptSet {
  readonly ring: KeyRing
  readonly fetchedAt: number
}

/** A file of the state folder, so that a gateway that starts while the issuer is away knows its keys. */
export interface KeptKeySet {
  readonly path: string
  /** Undefined where there is none. Throws an Error where the file cannot be used. */
  read(): KeptSet | undefined
  write(set: KeptSet): Promise<void>
}

export interface KeptKeySetOptions {
  /** The state folder. */
  readonly folder: string
  readonly issuer: string
  readonly url: URL
  readonly algorithms: readonly string[]
}

const LARGEST_FILE = 1024 * 1024

/** What is read is examined as what is fetched is; keys of another issuer, or from another place, are none of its. */
export function keptKeySet({ folder, issuer, url, algorithms }: KeptKeySetOptions): KeptKeySet {
  const name = createHash('sha256').update(`${issuer}\n${url.href}`).digest('hex').slice(0, 32)
  const path = join(folder, 'issuer-keys', `${name}.json`)
  return {
    path,
    read: () => {
      let text: string
      try {
        text = readFileSync(path, 'utf8')
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
        throw error
      }
      if (text.length > LARGEST_FILE) throw new Error('it is larger than any key set')
      const kept = JSON.parse(text) as Record<string, unknown> | null
      if (kept?.issuer !== issuer || kept.jwks !== url.href) throw new Error('it is of another issuer')
      const { fetched_at: fetched } = kept
      const fetchedAt = typeof fetched === 'string' ? Date.parse(fetched) : Number.NaN
      const ring = readKeyRing(kept, algorithms)
      if (Number.isNaN(fetchedAt) || ring === undefined || ring.keys.size === 0)
        throw new Error('it holds no keys that can be used')
      return { ring, fetchedAt }
    },
    write: async ({ ring, fetchedAt }) => {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      const kept = { issuer, jwks: url.href, fetched_at: new Date(fetchedAt).toISOString(), keys: ring.jwks }
      // Nobody, not even after a crash, finds half a set under the name.
      const draft = `${path}.${process.pid}`
      const file = await open(draft, 'w', 0o600)
      try {
        await file.writeFile(`${JSON.stringify(kept)}\n`)
        await file.datasync()
      } finally {
        await file.close()
      }
      await rename(draft, path)
    },
  }
}
