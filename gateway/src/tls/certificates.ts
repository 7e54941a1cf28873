import { randomBytes } from 'node:crypto'
import { createSecureContext, type SecureContext, type Server, type TlsOptions } from 'node:tls'
import { SettingError } from '@stockgate/settings'
import type { Logger } from 'pino'
import { stateOf } from './changes.ts'
import { chooser } from './choice.ts'
import { ExpiryNotes } from './expiry.ts'
import { type NamedFile, type Pair, readAuthorities, readPair } from './pair.ts'
import { protocol } from './protocol.ts'

/** A certificate in force: what is told of it. */
export interface CertificateStatus {
  /** The name it is listed under: the first of its names. */
  readonly name: string
  /** Every name it is good for. */
  readonly names: readonly string[]
  /** End of its validity, in milliseconds since the epoch. */
  readonly notAfter: number
}

/** The certificates of one listener, read again when their files change. */
export interface Certificates {
  /** For `https.createServer` and the like: a handshake gets what is in force when it comes. */
  readonly serverOptions: TlsOptions
  /** Whether clients are asked for a certificate of their own. */
  readonly asksClients: boolean
  /** Keeps the server on what is in force. Connections that stand are not touched. */
  follow(server: Pick<Server, 'setSecureContext' | 'setTicketKeys'>): void
  /** What is in force, in the order of the settings. */
  status(): readonly CertificateStatus[]
  /** Looks at the files now; done by itself every second. */
  refresh(): Promise<void>
  /** Stops looking at the files. What is in force stays so. */
  close(): void
}

export interface CertificatesOptions {
  /** Files of certificates with their chains. */
  readonly certs: readonly string[]
  /** Files of their keys, in the same order. */
  readonly keys: readonly string[]
  /** File of the authorities whose client certificates are taken. */
  readonly clientCa?: string | undefined
  readonly log: Logger
  /** Milliseconds since the epoch. */
  readonly clock: () => number
  /** Of the settings the files come from. */
  readonly prefix?: '' | 'ADMIN_'
}

const LOOK_MS = 1_000
/** Sessions begun before cannot be taken up after: what a ticket key could decrypt ends with it. */
const TICKET_KEY_MS = 6 * 3_600_000

interface Entry {
  readonly cert: NamedFile
  readonly key: NamedFile
  readonly paths: readonly string[]
  /** State of the files when they were last read. */
  state: string
  /** What was said about files that cannot be used; null when they can. */
  fault: string | null
  pair: Pair
}

/** Reads the certificates of a listener. Rejects with a SettingError when one cannot be used. */
export async function openCertificates(options: CertificatesOptions): Promise<Certificates> {
  const { log, clock, prefix = '' } = options
  const setting = { certs: `${prefix}TLS_CERT`, keys: `${prefix}TLS_KEY`, clientCa: `${prefix}TLS_CLIENT_CA` }
  checkLengths(options, setting)
  const entries: Entry[] = []
  for (const [at, path] of options.certs.entries()) {
    const cert = { setting: setting.certs, path }
    const key = { setting: setting.keys, path: options.keys[at] as string }
    const paths = [cert.path, key.path]
    const state = await stateOf(paths)
    entries.push({ cert, key, paths, state, fault: null, pair: await readUsable(cert, key) })
  }
  const caFile = options.clientCa === undefined ? null : { setting: setting.clientCa, path: options.clientCa }
  let ca = caFile === null ? null : await readAuthorities(caFile)
  let caState = caFile === null ? '' : await stateOf([caFile.path])
  let caFault: string | null = null

  const servers: Pick<Server, 'setSecureContext' | 'setTicketKeys'>[] = []
  const notes = new ExpiryNotes(log)
  let ticketKeysAt = clock()
  let choose = contexts()
  notes.look(ends(), clock())

  function contextOptions(pair: Pair) {
    return { ...protocol, cert: pair.cert, key: pair.key, ...(ca !== null && { ca }) }
  }

  function contexts(): (name: string | undefined) => { context: SecureContext } {
    return chooser(
      entries.map(({ pair }) => ({ names: pair.names, context: createSecureContext(contextOptions(pair)) })),
    )
  }

  function ends() {
    return entries.map(({ pair, cert }) => ({ ...pair, file: cert.path }))
  }

  /** Whether the pair was replaced. */
  async function readAgain(entry: Entry): Promise<boolean> {
    const state = await stateOf(entry.paths)
    if (state === entry.state && entry.fault === null) return false
    try {
      const pair = await readUsable(entry.cert, entry.key)
      entry.state = state
      entry.fault = null
      if (pair.cert === entry.pair.cert && pair.key === entry.pair.key) return false
      entry.pair = pair
      log.info(
        {
          certificate: pair.name,
          names: pair.names,
          file: entry.cert.path,
          not_after: new Date(pair.notAfter).toISOString(),
        },
        'a certificate was replaced',
      )
      return true
    } catch (error) {
      entry.fault = refuse(error, entry.fault)
      return false
    }
  }

  async function readAuthoritiesAgain(): Promise<boolean> {
    if (caFile === null) return false
    const state = await stateOf([caFile.path])
    if (state === caState && caFault === null) return false
    try {
      const read = await readAuthorities(caFile)
      caState = state
      caFault = null
      if (read === ca) return false
      ca = read
      log.info({ file: caFile.path }, 'the authorities of client certificates were replaced')
      return true
    } catch (error) {
      caFault = refuse(error, caFault)
      return false
    }
  }

  /** Once for each reason: files are often looked at while somebody writes them. */
  function refuse(error: unknown, said: string | null): string {
    const reason = error instanceof Error ? error.message : String(error)
    if (reason !== said) log.warn({ reason }, 'changed certificate files are refused; what is in force stays')
    return reason
  }

  /** One look at a time. A look that is asked for begins after that, so it sees what is there now. */
  let looking = Promise.resolve()
  function refresh(): Promise<void> {
    const next = looking.then(lookOnce)
    looking = next.catch(() => {})
    return next
  }

  async function lookOnce(): Promise<void> {
    let changed = await readAuthoritiesAgain()
    for (const entry of entries) changed = (await readAgain(entry)) || changed
    if (changed) {
      choose = contexts()
      for (const server of servers) server.setSecureContext(contextOptions((entries[0] as Entry).pair))
    }
    const now = clock()
    if (changed || now - ticketKeysAt >= TICKET_KEY_MS) {
      ticketKeysAt = now
      for (const server of servers) server.setTicketKeys(randomBytes(48))
    }
    notes.look(ends(), now)
  }

  let timer = setTimeout(look, LOOK_MS)
  timer.unref()
  let closed = false
  async function look(): Promise<void> {
    try {
      await refresh()
    } catch (error) {
      log.error({ err: error }, 'certificate files could not be looked at')
    }
    if (closed) return
    timer = setTimeout(look, LOOK_MS)
    timer.unref()
  }

  return {
    asksClients: ca !== null,
    get serverOptions() {
      return {
        ...contextOptions((entries[0] as Entry).pair),
        SNICallback: (name: string, done: (error: Error | null, context?: SecureContext) => void) =>
          done(null, choose(name).context),
        // A certificate that is not taken is told so in an answer, which a failed handshake could not give.
        ...(ca !== null && { requestCert: true, rejectUnauthorized: false }),
      }
    },
    follow: (server) => {
      servers.push(server)
    },
    status: () => entries.map(({ pair: { name, names, notAfter } }) => ({ name, names, notAfter })),
    refresh,
    close: () => {
      closed = true
      clearTimeout(timer)
    },
  }
}

function checkLengths(
  { certs, keys }: Pick<CertificatesOptions, 'certs' | 'keys'>,
  setting: { certs: string; keys: string },
): void {
  if (certs.length === 0)
    throw new SettingError(setting.certs, `is needed beside ${setting.keys}: the certificate of that key`)
  if (keys.length !== certs.length)
    throw new SettingError(
      setting.keys,
      `names ${keys.length} files and ${setting.certs} ${certs.length}; each certificate needs its key, in the same order`,
    )
}

/** A pair that OpenSSL takes as well: it refuses keys that are too weak. */
async function readUsable(cert: NamedFile, key: NamedFile): Promise<Pair> {
  const pair = await readPair(cert, key)
  try {
    createSecureContext({ ...protocol, cert: pair.cert, key: pair.key })
  } catch (error) {
    const { reason, message } = error as Error & { reason?: string }
    throw new SettingError(cert.setting, `${cert.path} cannot be used: ${reason ?? message}`)
  }
  return pair
}
