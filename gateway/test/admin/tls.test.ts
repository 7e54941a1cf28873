import { copyFileSync, mkdtempSync } from 'node:fs'
import { connect as connectPlain } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, type SecureVersion } from 'node:tls'
import { createTestIssuer, type TestScope } from '@stockgate/test-kit'
import { pino } from 'pino'
import t from 'tap'
import { readGatewaySettings } from '../../src/settings.ts'
import { startGateway } from '../../src/start.ts'
import { createAuthority } from '../kit/authority.ts'
import { answersIn } from '../kit/call.ts'
import { type GatewayProcess, runGateway, standAlone } from '../kit/process.ts'
import { until } from '../kit/until.ts'

// Several starts of a whole process.
t.setTimeout(120_000)

/** A gateway process whose admin listener has a certificate for `admin.example`, and its files. */
async function secured(t: TestScope) {
  const authority = createAuthority(t)
  const leaf = authority.leaf(['admin.example', '127.0.0.1'])
  const folder = mkdtempSync(join(tmpdir(), 'stockgate-admin-tls-'))
  const [ADMIN_TLS_CERT, ADMIN_TLS_KEY] = ['cert.pem', 'key.pem'].map((name) => join(folder, name)) as [
    string,
    string,
  ]
  const put = ({ certFile, keyFile }: { certFile: string; keyFile: string }) => {
    copyFileSync(keyFile, ADMIN_TLS_KEY)
    copyFileSync(certFile, ADMIN_TLS_CERT)
  }
  put(leaf)
  const issuer = await createTestIssuer(t)
  const good = standAlone(t, issuer, 'http://127.0.0.1:9')
  const gateway = runGateway(t, { ...good, ADMIN_TLS_CERT, ADMIN_TLS_KEY })
  return { authority, put, gateway, issuer }
}

interface Told {
  readonly status: number | undefined
  readonly headers: Record<string, unknown>
  readonly serial: string
  readonly protocol: string | null
}

/** One request over TLS; rejects where the handshake fails. */
function ask(port: number, ca: string, head: string, version?: SecureVersion): Promise<Told> {
  return new Promise((resolve, reject) => {
    const versions = version === undefined ? {} : { minVersion: version, maxVersion: version }
    const options = {
      host: '127.0.0.1',
      port,
      ca,
      servername: 'admin.example',
      ALPNProtocols: ['h2', 'http/1.1'],
    }
    const socket = connect({ ...options, ...versions })
    let got = ''
    socket.once('error', reject)
    socket.once('secureConnect', () => socket.write(`${head}\r\nConnection: close\r\n\r\n`))
    const serial = () => socket.getPeerCertificate().serialNumber
    let seen = ''
    socket.on('data', (chunk) => {
      seen ||= serial()
      got += chunk
    })
    socket.once('close', () => {
      const [answer] = answersIn(got)
      resolve({
        status: answer?.status,
        headers: answer?.headers ?? {},
        serial: seen,
        protocol: socket.alpnProtocol || null,
      })
    })
  })
}

const portOf = async (gateway: GatewayProcess) => Number(new URL((await gateway.ready()).admin).port)

t.test('with a certificate the admin side speaks TLS from 1.2 on, and nothing else', async (t) => {
  const { authority, gateway, issuer } = await secured(t)
  const { admin } = await gateway.ready()
  t.match(admin, /^https:\/\/127\.0\.0\.1:/)
  const port = await portOf(gateway)
  const token = await issuer.sign({ scope: 'ops:read' })
  const head = `GET /limits HTTP/1.1\r\nHost: admin.example:${port}\r\nAuthorization: Bearer ${token}`
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const answer = await ask(port, authority.cert, head, version)
    t.equal(answer.status, 200, version)
    t.match(answer.headers['strict-transport-security'], /max-age=/)
    t.equal(answer.protocol, 'http/1.1')
  }
  for (const version of ['TLSv1', 'TLSv1.1'] as const)
    await t.rejects(ask(port, authority.cert, head, version), version)
  const plain = await new Promise<string>((resolve) => {
    const socket = connectPlain(port, '127.0.0.1')
    let got = ''
    socket.on('data', (chunk) => {
      got += chunk.toString('latin1')
    })
    socket.on('error', () => {})
    socket.once('close', () => resolve(got))
    socket.write(`${head}\r\n\r\n`)
  })
  t.notMatch(plain, /HTTP\/1\.1 200|revision/, 'a token sent in the clear gets no answer')
})

t.test('the names of the certificate are hosts of the admin side, another name is not', async (t) => {
  const { authority, gateway } = await secured(t)
  const port = await portOf(gateway)
  const status = async (host: string) =>
    (await ask(port, authority.cert, `GET /metrics HTTP/1.1\r\nHost: ${host}`)).status
  t.equal(await status(`admin.example:${port}`), 200)
  t.equal(await status('127.0.0.1'), 200)
  t.equal(await status('other.example'), 400)
})

t.test('a certificate that is replaced is used without a restart', async (t) => {
  const { authority, put, gateway } = await secured(t)
  const port = await portOf(gateway)
  const head = 'GET /livez HTTP/1.1\r\nHost: admin.example'
  const { serial } = await ask(port, authority.cert, head)
  put(authority.leaf(['admin.example', '127.0.0.1'], { days: 60 }))
  await until(
    () => gateway.lines().some(({ msg }) => msg === 'a certificate was replaced'),
    'it is replaced',
    20_000,
  )
  const after = await ask(port, authority.cert, head)
  t.equal(after.status, 200)
  t.not(after.serial, serial)
})

t.test(
  'a key without its certificate, or the other way round, ends the boot and names the setting',
  async (t) => {
    const { certFile, keyFile } = createAuthority(t).leaf(['admin.example'])
    const good = standAlone(t, await createTestIssuer(t), 'http://127.0.0.1:9')
    for (const [given, named] of [
      [{ ADMIN_TLS_KEY: keyFile }, 'ADMIN_TLS_CERT'],
      [{ ADMIN_TLS_CERT: certFile }, 'ADMIN_TLS_KEY'],
    ] as const) {
      const starting = startGateway(readGatewaySettings({ ...good, ...given }), pino({ level: 'silent' }))
      await t.rejects(starting, { name: 'SettingError', setting: named })
    }
  },
)

t.test(
  'an address others can reach ends the boot where there is no TLS, with one line that says what to do',
  async (t) => {
    const good = standAlone(t, await createTestIssuer(t), 'http://127.0.0.1:9')
    const refused = runGateway(t, { ...good, ADMIN_HOST: '0.0.0.0' })
    t.equal(await refused.exited, 1)
    t.match(
      refused.output.stderr,
      /^stockgate gateway: ADMIN_HOST: 0\.0\.0\.0 can be reached from other machines: [^\n]+\n$/,
    )
  },
)
