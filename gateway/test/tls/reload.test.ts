import { copyFileSync, mkdirSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestScope } from '@stockgate/test-kit'
import t from 'tap'
import { openCertificates } from '../../src/tls/certificates.ts'
import { createAuthority, type Leaf } from '../kit/authority.ts'
import { folderOf } from '../kit/folder.ts'
import { until } from '../kit/until.ts'
import { keptLog } from './logged.ts'

/** Certificates read from a folder whose files a test changes. */
async function watched(t: TestScope, first: Leaf) {
  const folder = folderOf(t, {})
  const [cert, key] = [join(folder, 'tls.crt'), join(folder, 'tls.key')]
  const put = (leaf: Leaf): void => {
    copyFileSync(leaf.certFile, cert)
    copyFileSync(leaf.keyFile, key)
  }
  put(first)
  const { lines, log } = keptLog()
  const certificates = await openCertificates({ certs: [cert], keys: [key], log, clock: Date.now })
  t.teardown(() => certificates.close())
  lines.length = 0
  const name = () => certificates.status()[0]?.name
  return { certificates, cert, key, put, lines, name }
}

t.test('files that change are found by themselves', async (t) => {
  const authority = createAuthority(t)
  const { put, name } = await watched(t, authority.leaf(['old.test'], { days: 90 }))
  put(authority.leaf(['new.test'], { days: 90 }))
  await until(() => name() === 'new.test', 'the new certificate is in force')
})

t.test(
  'a certificate without its key yet is refused once in the log, and taken when the key has come',
  async (t) => {
    const authority = createAuthority(t)
    const { certificates, cert, key, lines, name } = await watched(
      t,
      authority.leaf(['old.test'], { days: 90 }),
    )
    const next = authority.leaf(['new.test'], { days: 90 })
    writeFileSync(cert, next.cert.slice(0, 200))
    await certificates.refresh()
    t.equal(name(), 'old.test', 'half a file changes nothing')
    writeFileSync(cert, next.cert)
    await certificates.refresh()
    await certificates.refresh()
    t.equal(name(), 'old.test', 'nor does a certificate beside the old key')
    t.same(
      lines.map(({ level, reason }) => [level, reason]),
      [
        [40, `TLS_CERT: ${cert} holds no whole certificate in PEM form`],
        [40, `TLS_KEY: the key in ${key} does not fit the certificate in ${cert}`],
      ],
    )
    writeFileSync(key, next.key)
    await certificates.refresh()
    t.equal(name(), 'new.test')
    t.match(lines.at(-1), {
      level: 30,
      msg: 'a certificate was replaced',
      certificate: 'new.test',
      file: cert,
    })
  },
)

t.test('files that are gone for a while change nothing', async (t) => {
  const authority = createAuthority(t)
  const old = authority.leaf(['old.test'], { days: 90 })
  const { certificates, cert, key, put, lines, name } = await watched(t, old)
  rmSync(cert)
  rmSync(key)
  await certificates.refresh()
  t.equal(name(), 'old.test')
  t.match(lines, [{ level: 40, reason: /cannot be read \(ENOENT\)$/ }])
  put(old)
  await certificates.refresh()
  t.equal(lines.length, 1, 'the same certificate once more is no news')
})

t.test('a touched file, its text the same, replaces nothing', async (t) => {
  const authority = createAuthority(t)
  const { certificates, cert, lines } = await watched(t, authority.leaf(['a.test'], { days: 90 }))
  let contexts = 0
  certificates.follow({ setSecureContext: () => contexts++, setTicketKeys: () => {} } as never)
  utimesSync(cert, new Date(), new Date(Date.now() + 5_000))
  await certificates.refresh()
  t.equal(contexts, 0)
  t.same(lines, [])
})

t.test('a swap of the folder behind a link, as Kubernetes does it, is found', async (t) => {
  const authority = createAuthority(t)
  const folder = folderOf(t, {})
  const version = (name: string, leaf: Leaf): void => {
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'tls.crt'), leaf.cert)
    writeFileSync(join(folder, name, 'tls.key'), leaf.key)
  }
  version('v1', authority.leaf(['old.test'], { days: 90 }))
  symlinkSync('v1', join(folder, '..data'))
  symlinkSync(join('..data', 'tls.crt'), join(folder, 'tls.crt'))
  symlinkSync(join('..data', 'tls.key'), join(folder, 'tls.key'))
  const certificates = await openCertificates({
    certs: [join(folder, 'tls.crt')],
    keys: [join(folder, 'tls.key')],
    log: keptLog().log,
    clock: Date.now,
  })
  t.teardown(() => certificates.close())
  version('v2', authority.leaf(['new.test'], { days: 90 }))
  symlinkSync('v2', join(folder, '..data_tmp'))
  renameSync(join(folder, '..data_tmp'), join(folder, '..data'))
  await certificates.refresh()
  t.equal(certificates.status()[0]?.name, 'new.test')
})

t.test('each pair stands or falls alone', async (t) => {
  const authority = createAuthority(t)
  const folder = folderOf(t, {})
  const files = ['a.crt', 'a.key', 'b.crt', 'b.key'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
    string,
  ]
  const [aCert, aKey, bCert, bKey] = files
  const write = (cert: string, key: string, leaf: Leaf): void => {
    writeFileSync(cert, leaf.cert)
    writeFileSync(key, leaf.key)
  }
  write(aCert, aKey, authority.leaf(['a.test'], { days: 90 }))
  write(bCert, bKey, authority.leaf(['b.test'], { days: 90 }))
  const options = { certs: [aCert, bCert], keys: [aKey, bKey], log: keptLog().log, clock: Date.now }
  const certificates = await openCertificates(options)
  t.teardown(() => certificates.close())
  writeFileSync(aCert, 'broken')
  write(bCert, bKey, authority.leaf(['b2.test'], { days: 90 }))
  await certificates.refresh()
  t.same(
    certificates.status().map(({ name }) => name),
    ['a.test', 'b2.test'],
  )
})
