import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createTestIssuer } from '@stockgate/test-kit'
import t from 'tap'
import { claimState } from '../src/claim-state.ts'
import { folderOf } from './kit/folder.ts'
import { runGateway, standAlone } from './kit/process.ts'

// Several starts of a whole process.
t.setTimeout(120_000)

t.test('a folder is claimed by one at a time, and is free again once it is let go', async (t) => {
  const folder = join(folderOf(t, {}), 'made', 'on-demand')
  const first = await claimState(folder)
  await t.rejects(claimState(folder), {
    name: 'SettingError',
    message: `STATE: ${folder} is in use by another gateway: stop that one, or give each a STATE of its own`,
  })
  first.release()
  const second = await claimState(folder)
  second.release()
})

t.test('a folder that cannot be written to is left to those who keep something in it', async (t) => {
  const folder = folderOf(t, { 'a.json': {} })
  const claim = await claimState(join(folder, 'a.json'))
  claim.release()
})

t.test('a second gateway on one STATE does not start, and the first one goes on', async (t) => {
  const good = standAlone(t, await createTestIssuer(t), 'http://127.0.0.1:9')
  const first = runGateway(t, good)
  const { url } = await first.ready()
  const second = runGateway(t, good)
  t.equal(await second.exited, 1)
  t.match(second.output.stderr, /^stockgate gateway: STATE: \S+ is in use by another gateway: [^\n]+\n$/)
  t.equal((await fetch(`${url}/livez`)).status, 200)
})

t.test('a gateway that was killed keeps no other from its STATE', async (t) => {
  const good = standAlone(t, await createTestIssuer(t), 'http://127.0.0.1:9')
  for (let round = 0; round < 3; round++) {
    const gateway = runGateway(t, good)
    await gateway.ready()
    gateway.child.kill('SIGKILL')
    await gateway.exited
  }
  const last = runGateway(t, good)
  await last.ready()
  t.pass('it starts')
})

t.test('a claim holds between processes that know nothing of each other', async (t) => {
  const folder = folderOf(t, {})
  const claim = await claimState(folder)
  const code = `import { claimState } from ${JSON.stringify(new URL('../src/claim-state.ts', import.meta.url).href)}
    await claimState(process.argv[1])`
  const other = () => once(spawn(process.execPath, ['--input-type=module', '-e', code, folder]), 'close')
  t.same((await other())[0], 1)
  claim.release()
  t.same((await other())[0], 0)
})
