import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTestIssuer, type TestIssuer } from '@stockgate/test-kit'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { openJournal } from '../../src/journal/index.ts'
import { folderOf } from '../kit/folder.ts'
import { runGateway, standAlone } from '../kit/process.ts'

/** A line as a gateway would write it, digest and all, with this in the place of the entry. */
function forge(path: string, json: string): void {
  const text = existsSync(path) ? readFileSync(path, 'utf8') : ''
  const last = text.trimEnd().split('\n').at(-1) ?? ''
  const [, number, chain] = /^\{"number":(\d+),"chain":"([0-9a-f]+)"/.exec(last) ?? []
  const next = Number(number ?? 0) + 1
  const digest = createHash('sha256')
    .update(`${chain ?? ''}\n${next}\n${json}`)
    .digest('hex')
    .slice(0, 32)
  appendFileSync(path, `{"number":${next},"chain":"${digest}","entry":${json}}\n`)
}

/** A gateway that ran and ended: its settings, and a folder with a history. */
async function ended(t: Test, issuer: TestIssuer) {
  const env = standAlone(t, issuer, 'http://127.0.0.1:9')
  const gateway = runGateway(t, env)
  await gateway.ready()
  gateway.child.kill('SIGTERM')
  await gateway.exited
  return { env, file: (name: string) => join(env.STATE as string, `${name}.jsonl`) }
}

t.test('an entry that is no object is refused when the file is opened, digest and all', async (t) => {
  for (const entry of ['null', '5', '"x"', '[]', 'true', '{"a":']) {
    const folder = folderOf(t, {})
    forge(join(folder, 'policy.jsonl'), entry)
    await t.rejects(
      openJournal({ name: 'policy', folder, log: pino({ level: 'silent' }) }),
      { name: 'SettingError', message: /^STATE: \S+policy\.jsonl cannot be used, entry 1: .+; restore it/ },
      entry,
    )
  }
})

t.test('a forged null in the history ends the boot with one line that says what to do', async (t) => {
  const { env, file } = await ended(t, await createTestIssuer(t))
  forge(file('policy'), 'null')
  const gateway = runGateway(t, env)
  t.equal(await gateway.exited, 1)
  t.equal(
    gateway.output.stderr,
    `stockgate gateway: STATE: ${file('policy')} cannot be used, entry 2: it holds no entry of ours; restore it from a copy, or move it away to begin anew\n`,
  )
})

t.test(
  'entries of another shape are left out with a line in the log, and what was in force stays',
  async (t) => {
    const issuer = await createTestIssuer(t)
    const { env, file } = await ended(t, issuer)
    const forged = {
      policy: ['{"kind":"apply","author":null,"at":7,"document":null}', '{}'],
      keys: ['{}', '{"kind":"created","key":null}', '{"kind":"revoked","ids":null}'],
      revocations: ['{}', '{"id":null}'],
    }
    for (const [name, entries] of Object.entries(forged))
      for (const entry of entries) forge(file(name), entry)
    const gateway = runGateway(t, env)
    const { admin } = await gateway.ready()
    const told = gateway.lines().filter(({ level }) => Number(level) >= 40)
    t.ok(told.length >= 5, 'each is told')
    const headers = { authorization: `Bearer ${await issuer.sign({ scope: 'ops:read' })}` }
    for (const path of ['/policy', '/limits/revisions', '/keys', '/revocations'])
      t.equal((await fetch(`${admin}${path}`, { headers })).status, 200, path)
  },
)
