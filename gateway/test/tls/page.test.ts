import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createTestIssuer, recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { settingTable } from '../../src/settings.ts'
import { folderOf } from '../kit/process.ts'

const PAGE = readFileSync(new URL('../../docs/operations/tls.md', import.meta.url), 'utf8')

t.test('every command of the page about TLS works as it is written', async (t) => {
  const upstream = await recordingUpstream(t, (_request, response) => response.end('hello\n'))
  const issuer = await createTestIssuer(t)
  const folder = folderOf(t, {})
  symlinkSync(fileURLToPath(new URL('../..', import.meta.url)), join(folder, 'gateway'))
  writeFileSync(join(folder, 'jwks.json'), JSON.stringify(issuer.jwks))
  const route = { path: '/hello', methods: ['GET'], auth: 'public' }
  writeFileSync(join(folder, 'gateway.json'), JSON.stringify({ service: 'hello', routes: [route] }))
  const [port, admin, plain] = [await freePort(), await freePort(), await freePort()]
  const blocks = [...PAGE.matchAll(/```sh\n([^`]+)```/g)].map(([, block]) => block)
  t.equal(blocks.length, 2)
  // Only the ports are others, for somebody may use the written ones.
  const script = blocks.join('\n').replaceAll('8080', `${port}`).replaceAll('8081', `${plain}`)
  const shell = spawn('bash', ['-e'], {
    cwd: folder,
    detached: true,
    env: {
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      PORT: String(port),
      ADMIN_PORT: String(admin),
      MANIFESTS: 'gateway.json',
      UPSTREAMS: `hello=${upstream.url}`,
      ISSUERS: JSON.stringify([{ issuer: issuer.issuer, audience: issuer.audience, jwks: 'jwks.json' }]),
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  // The gateway goes on after the shell: the whole group goes.
  t.teardown(() => process.kill(-(shell.pid as number), 'SIGKILL'))
  let output = ''
  for (const stream of [shell.stdout, shell.stderr])
    stream.on('data', (text) => {
      output += text
    })
  shell.stdin.end(script)
  const [code] = await once(shell, 'exit')
  t.equal(code, 0, output)
  t.match(output, /HTTP\/2 200[\s\S]+hello\n[\s\S]*HTTP\/1\.1 200 OK[\s\S]+hello\n/)
  t.match(output, `location: https://localhost:${port}/hello`)
  t.match(output, /HTTP\/1\.1 308 /)
  t.match(
    output,
    /hello\n[\s\S]*HTTP\/2 200[\s\S]+hello\n$/,
    'the call after the renewal trusts the new certificate',
  )
})

t.test('the page names settings that there are, and stays short', async (t) => {
  for (const [, name = ''] of PAGE.matchAll(/`([A-Z]+(?:_[A-Z]+)+)(?:=\w+)?`/g))
    t.ok(name in settingTable || name === 'NODE_TLS_REJECT_UNAUTHORIZED', name)
  t.ok(PAGE.split('\n').length <= 120)
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
