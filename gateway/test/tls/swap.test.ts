import t from 'tap'
import { runCertificateSwap } from '../../scripts/certificate-swap.ts'

t.test(
  'a certificate that is swapped under load drops no request and no connection, and new handshakes see it',
  async (t) => {
    const report = await runCertificateSwap(t, { seconds: 3 })
    t.same(report.failures, [])
    t.equal(report.failed, 0)
    t.ok(report.swaps >= 1)
    t.equal(report.seen, report.swaps, 'each certificate was given to a new handshake')
    t.equal(report.kept, report.connections, 'connections that stood serve on')
    t.ok(report.requests > 0)
  },
)
