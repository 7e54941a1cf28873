import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createTestIssuer } from '@stockgate/test-kit'
import t from 'tap'
import { withSettingsTable } from '../../scripts/write-settings-table.ts'
import { call } from '../kit/call.ts'
import { folderOf } from '../kit/process.ts'

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

t.test('the table of settings is the one the code makes', async (t) => {
  t.equal(plain(README), plain(withSettingsTable(README)), 'run node gateway/scripts/write-settings-table.ts')
})

t.test('the example of ten lines works as it is written', async (t) => {
  const example = /```sh\n([^`]+)```/.exec(README)?.[1] ?? t.fail('no example')
  t.equal(String(example).trimEnd().split('\n').length, 10)
  const issuer = await createTestIssuer(t, {
    issuer: 'https://issuer.example',
    audience: 'https://api.example',
  })
  const folder = folderOf(t, {})
  symlinkSync(fileURLToPath(new URL('../..', import.meta.url)), join(folder, 'gateway'))
  const beside = join(folder, 'hello')
  mkdirSync(beside)
  writeFileSync(join(beside, 'jwks.json'), JSON.stringify(issuer.jwks))
  const [port, admin, service] = [await freePort(), await freePort(), await freePort()]
  // Only the ports are others, for somebody may use the written ones.
  const script = String(example).replaceAll(':8080', `:${port}`).replaceAll('4001', String(service))
  const shell = spawn('bash', ['-e'], {
    cwd: beside,
    detached: true,
    env: {
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      PORT: String(port),
      ADMIN_PORT: String(admin),
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  // The example leaves its processes running: the whole group goes.
  t.teardown(() => process.kill(-(shell.pid as number), 'SIGKILL'))
  let output = ''
  for (const stream of [shell.stdout, shell.stderr])
    stream.on('data', (text) => {
      output += text
    })
  shell.stdin.end(script)
  const [code] = await once(shell, 'exit')
  t.equal(code, 0, output)
  t.match(output, /HTTP\/1\.1 200 OK[\s\S]+hello\n/)
  t.match(output, /HTTP\/1\.1 401 Unauthorized[\s\S]+resource_metadata=/)
  const headers = { authorization: `Bearer ${await issuer.sign({ scope: 'hello:read' })}` }
  t.equal((await call(`http://127.0.0.1:${port}`, '/secret', { headers })).text, 'hello\n')
})

/** The formatter aligns tables. */
function plain(page: string): string {
  return page.replace(/ +/g, ' ').replace(/-{3,}/g, '---')
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}
