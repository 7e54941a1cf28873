import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestScope } from '@stockgate/test-kit'

/** A certificate with its private key, as PEM texts and as files. */
export interface Leaf {
  readonly cert: string
  readonly key: string
  readonly certFile: string
  readonly keyFile: string
}

export interface LeafOptions {
  /** What it is good for; by default a server. */
  readonly use?: 'server' | 'client'
  /** Days until it ends, counted from now; a negative number makes one that has ended. */
  readonly days?: number
  /** By default the first name. */
  readonly commonName?: string
  /** Keys are P-256 unless this says otherwise. */
  readonly key?: 'ec' | 'rsa'
}

/** A certificate authority that nobody but the test trusts. */
export interface Authority {
  readonly cert: string
  readonly certFile: string
  /** A certificate for these DNS names and IP addresses, signed by this authority. */
  leaf(names: readonly string[], options?: LeafOptions): Leaf
  /** The certificate of a client; its common name says who it is. */
  client(commonName: string, options?: LeafOptions): Leaf
}

const KEYS = {
  ec: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'],
  rsa: ['-newkey', 'rsa:2048'],
}

/** Makes an authority whose files go away with the test. */
export function createAuthority(t: TestScope, name = 'Test Root'): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'stockgate-authority-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const root = filesOf(folder, 'root')
  openssl([
    ...['req', '-x509', ...KEYS.ec, '-nodes', '-sha256', '-days', '30', '-subj', `/CN=${name}`],
    ...['-addext', 'keyUsage=critical,keyCertSign,cRLSign'],
    ...['-keyout', root.keyFile, '-out', root.certFile],
  ])
  let made = 0

  function leaf(names: readonly string[], options: LeafOptions = {}): Leaf {
    const { use = 'server', days = 30, commonName = names[0] ?? 'leaf', key = 'ec' } = options
    const files = filesOf(folder, `leaf-${++made}`)
    const request = join(folder, `leaf-${made}.csr`)
    const extensions = join(folder, `leaf-${made}.ext`)
    writeFileSync(extensions, extensionsOf(names, use))
    openssl([
      ...['req', '-new', ...KEYS[key], '-nodes', '-subj', `/CN=${commonName}`],
      ...['-keyout', files.keyFile, '-out', request],
    ])
    openssl([
      ...['x509', '-req', '-sha256', '-in', request, '-CA', root.certFile, '-CAkey', root.keyFile],
      ...['-set_serial', String(1000 + made), '-days', String(days), '-extfile', extensions],
      ...['-out', files.certFile],
    ])
    return read(files)
  }

  return {
    cert: readFileSync(root.certFile, 'utf8'),
    certFile: root.certFile,
    leaf,
    client: (commonName, options) => leaf([], { use: 'client', commonName, ...options }),
  }
}

/** A certificate that signed itself, for these DNS names and IP addresses. */
export function createSelfSigned(t: TestScope, names: readonly string[]): Leaf {
  const folder = mkdtempSync(join(tmpdir(), 'stockgate-self-signed-'))
  t.teardown(() => rmSync(folder, { recursive: true, force: true }))
  const files = filesOf(folder, 'self')
  openssl([
    ...['req', '-x509', ...KEYS.ec, '-nodes', '-sha256', '-days', '30', '-subj', `/CN=${names[0]}`],
    ...['-addext', `subjectAltName=${alternatives(names)}`],
    ...['-keyout', files.keyFile, '-out', files.certFile],
  ])
  return read(files)
}

function extensionsOf(names: readonly string[], use: 'server' | 'client'): string {
  return [
    'basicConstraints=critical,CA:FALSE',
    'keyUsage=critical,digitalSignature,keyEncipherment',
    `extendedKeyUsage=${use}Auth`,
    ...(names.length > 0 ? [`subjectAltName=${alternatives(names)}`] : []),
    '',
  ].join('\n')
}

function alternatives(names: readonly string[]): string {
  return names.map((name) => `${isIP(name) === 0 ? 'DNS' : 'IP'}:${name}`).join(',')
}

function filesOf(folder: string, name: string): Pick<Leaf, 'certFile' | 'keyFile'> {
  return { certFile: join(folder, `${name}.pem`), keyFile: join(folder, `${name}.key`) }
}

function read(files: Pick<Leaf, 'certFile' | 'keyFile'>): Leaf {
  return {
    ...files,
    cert: readFileSync(files.certFile, 'utf8'),
    key: readFileSync(files.keyFile, 'utf8'),
  }
}

function openssl(args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: 'ignore' })
}
