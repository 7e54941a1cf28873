import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SettingError } from '@stockgate/settings'
import t from 'tap'
import { type CertificatesOptions, openCertificates } from '../../src/tls/certificates.ts'
import { createAuthority } from '../kit/authority.ts'
import { folderOf } from '../kit/folder.ts'
import { keptLog } from './logged.ts'

/** The one line a listener with these certificates is refused with. */
async function refusal(options: Partial<CertificatesOptions>): Promise<string> {
  try {
    const opened = await openCertificates({ certs: [], keys: [], ...keptLog(), clock: Date.now, ...options })
    opened.close()
    return 'opened'
  } catch (error) {
    if (error instanceof SettingError) return error.message
    throw error
  }
}

t.test('files that cannot be used are refused in one line that names setting and file', async (t) => {
  const authority = createAuthority(t)
  const [good, other] = [authority.leaf(['a.test']), authority.leaf(['b.test'])]
  const folder = folderOf(t, {
    'empty.pem': '',
    'text.pem': 'no certificate',
    'half.pem': good.cert.slice(0, 300),
  })
  const file = (name: string) => join(folder, name)
  const encrypted = file('encrypted.key')
  execFileSync(
    'openssl',
    ['ec', '-in', good.keyFile, '-aes128', '-passout', 'pass:secret', '-out', encrypted],
    {
      stdio: 'ignore',
    },
  )
  writeFileSync(file('broken.pem'), good.cert.replace(/[A-Za-z0-9]{20}/, 'AAAAAAAAAAAAAAAAAAAA'))
  const { certFile, keyFile } = good
  const cases: readonly (readonly [string, readonly string[], readonly string[], string])[] = [
    [
      'a file that is not there',
      [file('none.pem')],
      [keyFile],
      `TLS_CERT: ${file('none.pem')} cannot be read (ENOENT)`,
    ],
    [
      'a key that is not there',
      [certFile],
      [file('none.key')],
      `TLS_KEY: ${file('none.key')} cannot be read (ENOENT)`,
    ],
    [
      'an empty file',
      [file('empty.pem')],
      [keyFile],
      `TLS_CERT: ${file('empty.pem')} holds no whole certificate in PEM form`,
    ],
    [
      'no PEM',
      [file('text.pem')],
      [keyFile],
      `TLS_CERT: ${file('text.pem')} holds no whole certificate in PEM form`,
    ],
    [
      'half a file',
      [file('half.pem')],
      [keyFile],
      `TLS_CERT: ${file('half.pem')} holds no whole certificate in PEM form`,
    ],
    [
      'a key in place of a certificate',
      [keyFile],
      [keyFile],
      `TLS_CERT: ${keyFile} holds no whole certificate in PEM form`,
    ],
    [
      'a certificate in place of a key',
      [certFile],
      [certFile],
      `TLS_KEY: ${certFile} holds no private key in PEM form`,
    ],
    [
      'the key of another',
      [certFile],
      [other.keyFile],
      `TLS_KEY: the key in ${other.keyFile} does not fit the certificate in ${certFile}`,
    ],
    [
      'an encrypted key',
      [certFile],
      [encrypted],
      `TLS_KEY: the key in ${encrypted} is encrypted; give it without a passphrase, readable for the gateway alone`,
    ],
    [
      'fewer keys',
      [certFile, other.certFile],
      [keyFile],
      'TLS_KEY: names 1 files and TLS_CERT 2; each certificate needs its key, in the same order',
    ],
    ['a key alone', [], [keyFile], 'TLS_CERT: is needed beside TLS_KEY: the certificate of that key'],
  ]
  for (const [what, certs, keys, message] of cases) t.equal(await refusal({ certs, keys }), message, what)
  t.match(
    await refusal({ certs: [file('broken.pem')], keys: [keyFile] }),
    /^TLS_CERT: .*broken\.pem holds a certificate that cannot be read$/,
  )
  t.equal(
    await refusal({ certs: [certFile], keys: [keyFile], clientCa: file('text.pem') }),
    `TLS_CLIENT_CA: ${file('text.pem')} holds no whole certificate in PEM form`,
  )
  t.match(
    await refusal({ certs: [certFile], keys: [other.keyFile], prefix: 'ADMIN_' }),
    /^ADMIN_TLS_KEY: /,
    'the settings of the admin listener are named where they are meant',
  )
})

t.test('a key of 1024 bits is refused, for no client of today would take it', async (t) => {
  const folder = folderOf(t, {})
  const [cert, key] = [join(folder, 'weak.pem'), join(folder, 'weak.key')]
  const made = [
    'req',
    '-x509',
    '-newkey',
    'rsa:1024',
    '-nodes',
    '-subj',
    '/CN=weak',
    '-keyout',
    key,
    '-out',
    cert,
  ]
  execFileSync('openssl', made, { stdio: 'ignore' })
  t.match(await refusal({ certs: [cert], keys: [key] }), /^TLS_CERT: .*weak\.pem cannot be used: /)
})

t.test(
  'an expired certificate is a loud error in the log and no refusal: it may be renewed at any moment',
  async (t) => {
    const expired = createAuthority(t).leaf(['a.test'], { days: -1 })
    const { lines, log } = keptLog()
    const opened = await openCertificates({
      certs: [expired.certFile],
      keys: [expired.keyFile],
      log,
      clock: Date.now,
    })
    opened.close()
    t.match(lines, [
      { level: 50, certificate: 'a.test', msg: 'a certificate has expired: clients will not connect' },
    ])
  },
)

t.test('no text of a key gets into what is said about it', async (t) => {
  const authority = createAuthority(t)
  const [a, b] = [authority.leaf(['a.test']), authority.leaf(['b.test'])]
  const said = await refusal({ certs: [a.certFile], keys: [b.keyFile] })
  const secret = readFileSync(b.keyFile, 'utf8').split('\n')[1] as string
  t.notMatch(said, secret)
})
