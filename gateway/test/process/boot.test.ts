import { createServer } from 'node:net'
import { join } from 'node:path'
import { createTestIssuer } from '@stockgate/test-kit'
import t from 'tap'
import { folderOf, runGateway, standAlone } from '../kit/process.ts'

const NOWHERE = 'http://127.0.0.1:9'

t.test('a wrong setting ends the process with one line and code 1', async (t) => {
  const good = standAlone(t, await createTestIssuer(t), NOWHERE)
  const gateway = runGateway(t, { ...good, UPSTREAM: 'x' })
  t.equal(await gateway.exited, 1)
  t.equal(gateway.output.stderr, 'stockgate gateway: UPSTREAM: unknown setting; did you mean UPSTREAMS?\n')
  t.equal(gateway.output.stdout, '')
})

t.test('a port that is taken ends the boot and names its setting', async (t) => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  t.teardown(() => taken.close())
  const { port } = taken.address() as { port: number }
  const good = standAlone(t, await createTestIssuer(t), NOWHERE)
  const gateway = runGateway(t, { ...good, PORT: String(port) })
  t.equal(await gateway.exited, 1)
  t.equal(
    gateway.output.stderr,
    `stockgate gateway: PORT: ${port} is taken on 127.0.0.1; stop what listens there or choose another\n`,
  )
})

t.test(
  'a faulty manifest beside good ones is left out with a warning, and told by the admin side',
  async (t) => {
    const issuer = await createTestIssuer(t)
    const good = standAlone(t, issuer, NOWHERE)
    const folder = folderOf(t, { 'bad.json': { service: 'bad', routes: 'none' } })
    const gateway = runGateway(t, { ...good, MANIFESTS: `${good.MANIFESTS},${join(folder, 'bad.json')}` })
    const { admin } = await gateway.ready()
    t.match(
      gateway.lines().find(({ msg }) => msg === 'a manifest is left out'),
      { level: 40, file: join(folder, 'bad.json') },
    )
    const headers = { authorization: `Bearer ${await issuer.sign({ scope: 'ops:read' })}` }
    const answer = await fetch(`${admin}/policy`, { headers })
    const policy = (await answer.json()) as { refused: object[]; routes: object[] }
    t.match(policy.refused, [{ file: join(folder, 'bad.json') }])
    t.equal(policy.routes.length, 4)
  },
)
