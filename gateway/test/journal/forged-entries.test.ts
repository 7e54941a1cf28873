import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createTestIssuer, type TestIssuer } from '@stockgate/test-kit'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { readGatewaySettings } from '../../src/settings.ts'
import { startGateway } from '../../src/start.ts'
import { runGateway, standAlone } from '../kit/process.ts'

// Several starts of a whole process.
t.setTimeout(120_000)

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

t.test('what is no revision in the history ends the boot with one line that says what to do', async (t) => {
  const { env, file } = await ended(t, await createTestIssuer(t))
  const good = readFileSync(file('policy'))
  const settings = readGatewaySettings(env)
  for (const entry of [
    'null',
    '5',
    '"x"',
    '[]',
    '{}',
    '{"kind":"apply","author":null,"at":7,"document":null}',
  ]) {
    writeFileSync(file('policy'), good)
    forge(file('policy'), entry)
    await t.rejects(startGateway(settings, pino({ level: 'silent' })), {
      name: 'SettingError',
      message:
        'STATE: the history of the limits: line 2 of policy.jsonl is no revision: restore the file from a copy, or move it away to begin anew',
    })
  }
  writeFileSync(file('policy'), good)
  forge(file('policy'), '{"a":')
  await t.rejects(startGateway(settings, pino({ level: 'silent' })), {
    message: /^STATE: \S+policy\.jsonl cannot be used, entry 2: .+; restore it from a copy/,
  })
  writeFileSync(file('policy'), good)
  forge(file('policy'), 'null')
  const gateway = runGateway(t, env)
  t.equal(await gateway.exited, 1)
  t.match(gateway.output.stderr, /^stockgate gateway: STATE: the history [^\n]+\n$/, 'and no stack trace')
})

t.test('keys and revocations of another shape are left out with a line in the log', async (t) => {
  const issuer = await createTestIssuer(t)
  const { env, file } = await ended(t, issuer)
  const forged = {
    keys: ['null', '{}', '{"kind":"created","key":null}', '{"kind":"revoked","ids":null}'],
    revocations: ['null', '{}', '{"id":null}'],
  }
  for (const [name, entries] of Object.entries(forged)) for (const entry of entries) forge(file(name), entry)
  const gateway = runGateway(t, env)
  const { admin } = await gateway.ready()
  const told = gateway.lines().filter(({ level }) => Number(level) >= 40)
  t.ok(told.length >= 7, 'each is told')
  const headers = { authorization: `Bearer ${await issuer.sign({ scope: 'ops:read' })}` }
  for (const path of ['/policy', '/limits', '/limits/revisions', '/keys', '/revocations'])
    t.equal((await fetch(`${admin}${path}`, { headers })).status, 200, path)
})
