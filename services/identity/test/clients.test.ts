import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SettingError } from '@stockgate/settings'
import t from 'tap'
import { loadClients } from '../src/clients.ts'
import { stateFolder } from './issuer.ts'

const LOCAL = { HOST: '127.0.0.1', ISSUER: new URL('http://127.0.0.1:8080/identity') }
const OUTSIDE = { HOST: '0.0.0.0', ISSUER: new URL('https://api.test/identity') }
const SEEDED = { CLIENTS: undefined, CLIENT_SECRETS: undefined }

t.test('on a development machine every seeded client is there with its scopes', async (t) => {
  const clients = loadClients({ ...LOCAL, ...SEEDED })
  t.same(
    clients.map(({ id, subject }) => [id, subject]),
    [
      ['demo', '42'],
      ['warehouse', 'warehouse'],
      ['manager', 'manager'],
      ['ops', 'ops'],
      ['orders', 'orders'],
    ],
  )
  const scopesOf = (id: string) => clients.find((client) => client.id === id)?.scopes ?? []
  t.equal(clients[0]?.secret, 'demo-secret')
  t.ok(scopesOf('warehouse').every((scope) => scopesOf('manager').includes(scope)))
  t.notOk(scopesOf('ops').some((scope) => /^(stock|orders|products):write/.test(scope)))
})

t.test('a secret that is given replaces the development one, the others stay', async (t) => {
  const clients = loadClients({
    ...LOCAL,
    CLIENTS: undefined,
    CLIENT_SECRETS: '{"orders":"generated-secret"}',
  })
  t.equal(clients.find(({ id }) => id === 'orders')?.secret, 'generated-secret')
  t.equal(clients.find(({ id }) => id === 'demo')?.secret, 'demo-secret')
})

for (const change of [
  { HOST: '0.0.0.0' },
  { ISSUER: new URL('https://api.test/identity') },
  { HOST: '10.0.0.7' },
])
  t.test(`development secrets do not count with ${JSON.stringify(change)}`, async (t) => {
    t.throws(() => loadClients({ ...LOCAL, ...SEEDED, ...change }), /^CLIENT_SECRETS: is required unless/)
  })

t.test('outside development a client without a secret does not exist', async (t) => {
  const clients = loadClients({
    ...OUTSIDE,
    CLIENTS: undefined,
    CLIENT_SECRETS: '{"orders":"a-real-secret"}',
  })
  t.same(
    clients.map(({ id }) => id),
    ['orders'],
  )
})

t.test('outside development a secret everybody knows is refused, without being quoted', async (t) => {
  const load = () =>
    loadClients({ ...OUTSIDE, CLIENTS: undefined, CLIENT_SECRETS: '{"orders":"demo-secret"}' })
  t.throws(load, { message: 'CLIENT_SECRETS: "orders" has a development secret that everybody knows' })
})

t.test('secrets and clients may stand in files', async (t) => {
  const folder = stateFolder(t)
  const clients = write(folder, 'clients.json', { clients: [{ id: 'shop', scopes: ['orders:read'] }] })
  const secrets = write(folder, 'secrets.json', { shop: 'shop-secret-1' })
  t.same(loadClients({ ...OUTSIDE, CLIENTS: clients, CLIENT_SECRETS: secrets }), [
    {
      id: 'shop',
      subject: 'shop',
      secret: 'shop-secret-1',
      scopes: ['orders:read'],
      audiences: [],
      redirectUris: [],
    },
  ])
})

const wrongClients: readonly (readonly [unknown, RegExp])[] = [
  ['not json', /CLIENTS: .* is not a JSON document/],
  [{}, /expected \{"clients"/],
  [{ clients: [{ id: 'a b', scopes: ['x:y'] }] }, /clients\[0\]\.id must match/],
  [{ clients: [{ id: 'a', scopes: [] }] }, /clients\[0\]\.scopes must name at least one/],
  [{ clients: [{ id: 'a', scopes: ['everything'] }] }, /clients\[0\]\.scopes must be a list/],
  [{ clients: [{ id: 'a', scopes: ['x:y'], redirect_uris: ['/here'] }] }, /clients\[0\]\.redirect_uris/],
  [{ clients: [{ id: 'a', scopes: ['x:y'], scope: 'x:y' }] }, /clients\[0\] has the unknown member "scope"/],
  [{ clients: [null] }, /clients\[0\] must be an object/],
  [
    {
      clients: [
        { id: 'a', scopes: ['x:y'] },
        { id: 'a', scopes: ['x:y'] },
      ],
    },
    /the client "a" is listed twice/,
  ],
]
for (const [document, message] of wrongClients)
  t.test(`a CLIENTS file is refused: ${message.source}`, async (t) => {
    const path = write(stateFolder(t), 'clients.json', document)
    const load = () => loadClients({ ...LOCAL, CLIENTS: path, CLIENT_SECRETS: undefined })
    t.throws(load, message)
    t.throws(load, SettingError)
  })

t.test('wrong secrets are refused in one line that quotes none of them', async (t) => {
  for (const [value, message] of [
    ['{"demo":"top-secret', /CLIENT_SECRETS: the value is not a JSON document/],
    ['{"demo":"with space"}', /CLIENT_SECRETS: the value: the secret of "demo" must be/],
    ['{"demo":1234567890}', /the secret of "demo" must be/],
    ['{"domo":"long-enough"}', /CLIENT_SECRETS: there is no client "domo"/],
    ['/no/such/file', /CLIENT_SECRETS: cannot read \/no\/such\/file \(ENOENT\)/],
  ] as const) {
    const load = () => loadClients({ ...LOCAL, CLIENTS: undefined, CLIENT_SECRETS: value })
    t.throws(load, message)
    try {
      load()
    } catch (error) {
      t.notMatch(String(error), /top-secret|with space|1234567890|long-enough|\n/)
    }
  }
})

function write(folder: string, name: string, document: unknown): string {
  const path = join(folder, name)
  writeFileSync(path, typeof document === 'string' ? document : JSON.stringify(document))
  return path
}
