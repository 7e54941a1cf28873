import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { SettingError } from '@stockgate/settings'

/** One certificate with its chain and its private key, checked to fit. */
export interface Pair {
  readonly cert: string
  readonly key: string
  /** DNS names and addresses it is good for, in lower case. */
  readonly names: readonly string[]
  /** The first of its names; its subject where it has none. */
  readonly name: string
  /** Milliseconds since the epoch. */
  readonly notAfter: number
  /** SHA-256 of the certificate. */
  readonly fingerprint: string
}

/** A file that a setting names. */
export interface NamedFile {
  readonly setting: string
  readonly path: string
}

const BLOCK = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

/** Reads a certificate and its key. Rejects with a SettingError that names the setting and the file at fault. */
export async function readPair(certFile: NamedFile, keyFile: NamedFile): Promise<Pair> {
  const [cert, key] = await Promise.all([readText(certFile), readText(keyFile)])
  const [leaf] = certificatesIn(cert, certFile) as [X509Certificate]
  if (!leaf.checkPrivateKey(privateKeyIn(key, keyFile)))
    throw new SettingError(
      keyFile.setting,
      `the key in ${keyFile.path} does not fit the certificate in ${certFile.path}`,
    )
  const names = namesOf(leaf.subjectAltName)
  return {
    cert,
    key,
    names,
    name: names[0] ?? leaf.subject.replaceAll('\n', ', '),
    notAfter: Date.parse(leaf.validTo),
    fingerprint: leaf.fingerprint256,
  }
}

/** Reads a file of authorities. Rejects with a SettingError when there is none in it. */
export async function readAuthorities(file: NamedFile): Promise<string> {
  const text = await readText(file)
  certificatesIn(text, file)
  return text
}

async function readText({ setting, path }: NamedFile): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new SettingError(setting, `${path} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
}

/** At least one: the first is the certificate itself, the rest its chain. */
function certificatesIn(text: string, { setting, path }: NamedFile): X509Certificate[] {
  const blocks = text.match(BLOCK)
  // An END that is not there is a file somebody is still writing.
  if (blocks === null || blocks.length !== text.split('-----BEGIN CERTIFICATE-----').length - 1)
    throw new SettingError(setting, `${path} holds no whole certificate in PEM form`)
  return blocks.map((block) => {
    try {
      return new X509Certificate(block)
    } catch {
      throw new SettingError(setting, `${path} holds a certificate that cannot be read`)
    }
  })
}

function privateKeyIn(text: string, { setting, path }: NamedFile): KeyObject {
  try {
    return createPrivateKey(text)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const encrypted = code === 'ERR_MISSING_PASSPHRASE' || text.includes('ENCRYPTED')
    throw new SettingError(
      setting,
      encrypted
        ? `the key in ${path} is encrypted; give it without a passphrase, readable for the gateway alone`
        : `${path} holds no private key in PEM form`,
    )
  }
}

/** `DNS:a.example, DNS:*.b.example, IP Address:192.0.2.1` */
function namesOf(alternatives: string | undefined): string[] {
  const found = (alternatives ?? '').matchAll(/(?:^|, )(?:DNS|IP Address):([^,"\s]+)/g)
  return Array.from(found, ([, name]) => (name as string).toLowerCase())
}
