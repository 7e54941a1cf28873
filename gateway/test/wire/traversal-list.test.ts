import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { recordingUpstream } from '@stockgate/test-kit'
import t, { type Test } from 'tap'
import { exchange, rawRequest } from '../kit/call.ts'
import { statusesIn } from '../kit/dialogue.ts'
import { startGateway } from '../kit/gateway.ts'

const folder = process.env.STOCKGATE_VECTORS
const skip = folder === undefined && 'STOCKGATE_VECTORS does not name the folder with the public test vectors'

/** A few of our own, so that there is something to refuse without the list. */
const OWN = [
  '../../etc/passwd',
  '..%2f..%2fetc%2fpasswd',
  '%2e%2e/%2e%2e/etc/passwd',
  '%252e%252e%252fetc',
  '..%c0%af..%c0%afetc',
  '..%5c..%5cwindows',
  '....//....//etc',
  '..;/..;/manager',
  '%00/etc',
  '.%09./etc',
  '..%u2215etc',
  '%ef%bc%8e%ef%bc%8e/etc',
]
const DEEP = Array.from({ length: 8 }, (_, at) => `/{a${at}}`)
const ROUTES = DEEP.map((_, depth) => ({
  path: DEEP.slice(0, depth + 1).join(''),
  methods: ['GET'],
  auth: 'public',
}))

async function sendAll(t: Test, lines: readonly string[]): Promise<void> {
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, {
    upstream: upstream.url,
    manifests: [{ service: 'shop', routes: ROUTES }],
  })
  let passed = 0
  let refused = 0
  for (const line of lines) {
    for (const target of [line, `/${line}`, `/files/${line}`, `/files/x${line}`, `/files?name=${line}`]) {
      const before = upstream.requests.length
      const [status = 0] = statusesIn(await exchange(gateway.port, rawRequest(`GET ${target}`)))
      const arrived = upstream.requests.slice(before)
      if (arrived.length === 0) {
        refused++
        if (status < 400 || status >= 500) t.fail(`${target}: ${status}`)
        continue
      }
      passed++
      const [path = ''] = (arrived[0]?.url ?? '').split('?')
      if (arrived.length !== 1 || arrived[0]?.url !== target)
        t.fail(`${target} arrived as ${arrived[0]?.url}`)
      const decoded = decodeURIComponent(path)
      if (/[\\;%]|\/\/|(?:^|\/)\.{1,2}(?:\/|$)/.test(decoded)) t.fail(`${target} arrived, and is ${decoded}`)
    }
  }
  t.comment(`${refused} refused, ${passed} arrived as they were written`)
  t.ok(refused > lines.length && passed > 0)
}

t.test('a walk out of the path is refused, or arrives as a name that walks nowhere', async (t) => {
  await sendAll(t, OWN)
})

t.test(
  'every walk of the public list is refused, or arrives as a name that walks nowhere',
  { skip },
  async (t) => {
    const list = readFileSync(join(folder as string, 'paths', 'directory_traversal.txt'), 'latin1')
    await sendAll(
      t,
      list.split(/\r?\n/).filter((line) => line !== ''),
    )
  },
)
