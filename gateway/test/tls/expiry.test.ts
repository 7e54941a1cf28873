import { X509Certificate } from 'node:crypto'
import t from 'tap'
import { openCertificates } from '../../src/tls/certificates.ts'
import { createAuthority } from '../kit/authority.ts'
import { keptLog } from './logged.ts'

const DAY = 86_400_000

t.test(
  'a certificate is told of from 30 days before its end, once a day, in the last week as an error',
  async (t) => {
    const leaf = createAuthority(t).leaf(['a.test', 'b.test'], { days: 90 })
    const { lines, log } = keptLog()
    const end = Date.parse(new X509Certificate(leaf.cert).validTo)
    let now = end - 31 * DAY
    const certificates = await openCertificates({
      certs: [leaf.certFile],
      keys: [leaf.keyFile],
      log,
      clock: () => now,
    })
    t.teardown(() => certificates.close())
    t.same(certificates.status(), [{ name: 'a.test', names: ['a.test', 'b.test'], notAfter: end }])
    const saidAt = async (left: number): Promise<unknown[]> => {
      lines.length = 0
      now = end - left
      await certificates.refresh()
      return lines.map(({ level, days, msg }) => [level, days, msg])
    }
    t.same(await saidAt(30.5 * DAY), [])
    t.same(await saidAt(29.5 * DAY), [[40, 29, 'a certificate expires soon']])
    t.same(await saidAt(29.4 * DAY), [], 'not again on the same day')
    t.same(await saidAt(28.5 * DAY), [[40, 28, 'a certificate expires soon']])
    t.same(await saidAt(6.5 * DAY), [[50, 6, 'a certificate is about to expire']])
    t.same(await saidAt(-0.1 * DAY), [[50, undefined, 'a certificate has expired: clients will not connect']])
  },
)
