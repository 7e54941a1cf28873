import { createTestDatabase } from '@stockgate/test-kit'
import t from 'tap'
import { startProcess } from './kit/process.ts'

t.test('what the operator can mend is one line that names the setting, and exit code 1', async (t) => {
  const { url } = await createTestDatabase(t)
  const away = new URL(url)
  away.port = '1'
  for (const [env, said] of [
    [{}, /^stockgate products: DATABASE_URL: is required[^\n]*\n$/],
    [
      { DATABASE_URL: away.href },
      /^stockgate products: DATABASE_URL: no database at 127\.0\.0\.1:1[^\n]*\n$/,
    ],
    [{ DATABASE_URL: url, PORT: 'x' }, /^stockgate products: PORT: [^\n]*\n$/],
    [{ DATABASE_URL: url, TRUSTED_ISSUERS: '[]' }, /^stockgate products: TRUSTED_ISSUERS: [^\n]*\n$/],
    [{ DATABASE_URL: url, TRUSTED_ISUERS: '[]' }, /^stockgate products: TRUSTED_ISUERS: [^\n]*\n$/],
  ] as const) {
    const { code, errors } = await startProcess(t, env).exit
    t.equal(code, 1)
    t.match(errors, said)
    t.notMatch(errors, new URL(url).password || 'no password')
  }
})
