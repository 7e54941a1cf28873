import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { manualClock } from '@stockgate/test-kit'
import t from 'tap'
import { folderOf } from '../kit/folder.ts'
import { createForge } from '../kit/forge.ts'
import { forgeIssuer, keyServer, openTestTokens } from '../kit/tokens.ts'
import { until } from '../kit/until.ts'

const DAY = 86_400_000

t.test('a gateway that starts while the issuer is away knows the keys it had, up to the bound', async (t) => {
  const clock = manualClock()
  const forge = createForge({ now: clock.now })
  const server = await keyServer(t, { keys: [forge.jwk] })
  const folder = folderOf(t, {})
  const issuers = [forgeIssuer(forge, { keys: new URL(server.url) })]
  const start = () => openTestTokens(t, { issuers, folder, clock: clock.now, maxStaleMs: DAY })
  const first = start()
  await until(() => kept().length === 1, 'the keys are kept')
  function kept(): string[] {
    try {
      return readdirSync(join(folder, 'issuer-keys')).filter((name) => name.endsWith('.json'))
    } catch {
      return []
    }
  }
  first.tokens.stop()
  await server.close()

  const path = join(folder, 'issuer-keys', kept()[0] as string)
  t.equal(statSync(path).mode & 0o777, 0o600)
  const written = readFileSync(path, 'utf8')
  t.match(JSON.parse(written), {
    issuer: 'https://issuer.test',
    jwks: server.url,
    keys: [{ kid: forge.kid }],
  })

  clock.advance(DAY - 1)
  const second = start()
  t.equal(second.tokens.keysKnown(), true)
  t.equal(await second.verdict(forge.token()), 'good')
  t.match(second.log[0], {
    msg: /starting with the keys of the issuer that were last fetched/,
    age_s: 86_400,
  })
  clock.advance(1)
  t.equal(await second.verdict(forge.token()), 'no keys', 'the bound holds while it runs')
  const third = start()
  t.equal(third.tokens.keysKnown(), false)
  t.equal(await third.verdict(forge.token()), 'no keys', 'and at the start')

  await t.test(
    'a file that is cut, foreign, without time or with a private key is not believed',
    async (t) => {
      clock.advance(1 - DAY)
      const kept = JSON.parse(written) as Record<string, unknown>
      const leaked = { ...forge.privateKey.export({ format: 'jwk' }), kid: forge.kid }
      const files: Record<string, string> = {
        cut: written.slice(0, -20),
        empty: '',
        null: 'null',
        'of another issuer': JSON.stringify({ ...kept, issuer: 'https://other.test' }),
        'from another place': JSON.stringify({ ...kept, jwks: 'https://evil.test/' }),
        'without time': JSON.stringify({ ...kept, fetched_at: undefined }),
        'with a private key': JSON.stringify({ ...kept, keys: [leaked] }),
        'without keys': JSON.stringify({ ...kept, keys: [] }),
      }
      for (const [what, text] of Object.entries(files)) {
        writeFileSync(path, text)
        const { verdict, log } = start()
        t.equal(await verdict(forge.token()), 'no keys', what)
        t.match(log[0], { level: 50, file: path }, what)
      }
      writeFileSync(path, written)
      t.equal(await start().verdict(forge.token()), 'good', 'as it was')
      writeFileSync(path, JSON.stringify({ ...kept, fetched_at: '2999-01-01T00:00:00.000Z' }))
      const ahead = start()
      t.equal(await ahead.verdict(forge.token()), 'good')
      clock.advance(DAY)
      t.equal(await ahead.verdict(forge.token()), 'no keys', 'a time in the future is not longer than now')
    },
  )
})

t.test('a disk that cannot be written to is told once and holds up nothing', async (t) => {
  const forge = createForge()
  const server = await keyServer(t, { keys: [forge.jwk] })
  const folder = folderOf(t, { 'issuer-keys': 'a file where a folder should be' })
  const { verdict, log, tokens } = openTestTokens(t, {
    issuers: [forgeIssuer(forge, { keys: new URL(server.url) })],
    folder,
  })
  await until(() => tokens.keysKnown(), 'keys')
  t.equal(await verdict(forge.token()), 'good')
  await until(() => log.some(({ msg }) => /cannot be kept on disk/.test(String(msg))), 'the alarm')
})
