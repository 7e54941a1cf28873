import t from 'tap'
import {
  integer,
  json,
  oneOf,
  optionalText,
  optionalUrl,
  port,
  readSettings,
  SettingError,
  settingsMarkdown,
  text,
  url,
} from '../src/index.ts'

const table = {
  PORT: port({ help: 'Port to listen on.', fallback: '8080' }),
  UPSTREAMS: optionalText({ help: 'Where services are.' }),
  DATABASE_URL: url({ help: 'The database.', schemes: ['postgres'] }),
  REDIS_URL: optionalUrl({ help: 'Redis.', schemes: ['redis', 'rediss'] }),
  LOG_LEVEL: oneOf(['info', 'error'], { help: 'Least severity.', fallback: 'info' }),
  WORKERS: integer({ help: 'Processes.', fallback: '1', min: 1, max: 64 }),
}
const good = { DATABASE_URL: 'postgres://127.0.0.1/db' }
const fails = (env: Record<string, string>) => {
  try {
    readSettings(table, env)
  } catch (error) {
    if (error instanceof SettingError) return error.message
    throw error
  }
  return 'no error'
}

t.test('absent settings take their defaults, given ones are parsed', async (t) => {
  const settings = readSettings(table, { ...good, PORT: '0', REDIS_URL: 'redis://127.0.0.1:1' })
  t.match(settings, { PORT: 0, UPSTREAMS: undefined, LOG_LEVEL: 'info', WORKERS: 1 })
  t.equal(settings.REDIS_URL?.port, '1')
  t.ok(Object.isFrozen(settings))
})

t.test('a missing or wrong setting is one line that names it and what is expected', async (t) => {
  t.equal(fails({}), 'DATABASE_URL: is required: The database.')
  t.equal(fails({ ...good, PORT: '80x' }), 'PORT: expected a whole number from 0 to 65535, got "80x"')
  t.equal(fails({ ...good, PORT: '65536' }), 'PORT: expected a whole number from 0 to 65535, got "65536"')
  t.equal(fails({ ...good, LOG_LEVEL: 'loud' }), 'LOG_LEVEL: expected one of info, error, got "loud"')
  t.equal(fails({ DATABASE_URL: 'mysql://x/y' }), 'DATABASE_URL: expected a URL that starts with postgres://')
  t.equal(
    fails({ ...good, REDIS_URL: 'nonsense' }),
    'REDIS_URL: expected a URL that starts with redis:// or rediss://',
  )
})

t.test('a misspelt setting is refused with the right name, other variables are left alone', async (t) => {
  t.equal(fails({ ...good, UPSTREAM: 'a=b' }), 'UPSTREAM: unknown setting; did you mean UPSTREAMS?')
  t.equal(fails({ ...good, DATABSE_URL: 'x' }), 'DATABSE_URL: unknown setting; did you mean DATABASE_URL?')
  t.equal(fails({ ...good, PATH: '/bin', HOME: '/', LANG: 'C', npm_config_port: '1' }), 'no error')
})

t.test('a secret that does not parse is not repeated in the message', async (t) => {
  t.notMatch(fails({ DATABASE_URL: 'mysql://user:hunter2@x/y' }), /hunter2/)
})

t.test('a JSON setting says when it is not JSON and passes on what its reader finds', async (t) => {
  const lists = {
    ISSUERS: json(
      (document) => {
        if (!Array.isArray(document)) throw new Error('expected a list')
        return document as unknown[]
      },
      { help: 'Issuers.' },
    ),
  }
  t.same(readSettings(lists, { ISSUERS: '[1]' }).ISSUERS, [1])
  t.throws(() => readSettings(lists, { ISSUERS: '[' }), { message: 'ISSUERS: expected a JSON document' })
  t.throws(() => readSettings(lists, { ISSUERS: '{}' }), { message: 'ISSUERS: expected a list' })
})

t.test('an empty text is not a value', async (t) => {
  t.throws(() => readSettings({ HOST: text({ help: 'Address.' }) }, { HOST: '' }), {
    message: /^HOST: /,
    name: 'SettingError',
  })
})

t.test('the table in Markdown has a row for each setting, with default or required', async (t) => {
  const rows = settingsMarkdown(table).split('\n')
  t.equal(rows.length, 2 + Object.keys(table).length)
  t.equal(rows[2], '| `PORT` | Port to listen on. | `8080` |')
  t.equal(rows[4], '| `DATABASE_URL` | The database. | **required** |')
})
