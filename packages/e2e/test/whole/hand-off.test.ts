import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import * as oauth from 'openid-client'
import t from 'tap'
import { callerForge } from '../../src/running/forged-caller.ts'
import { rawCall } from '../../src/running/raw-call.ts'
import { addressOf, bodyOf, mediaTypeOf } from '../../src/running/route-samples.ts'
import { everyRoute } from '../../src/running/routes.ts'
import { ROOT, startStack } from '../../src/running/stack.ts'

t.setTimeout(300_000)

/** Services that answer calls of clients. Identity is no such: all its routes are the ones an issuer has to have open. */
const SERVICES = ['products', 'orders'] as const
const OTHER = { products: 'orders', orders: 'products' } as const
const LIST = { products: '/products?limit=1', orders: '/orders?limit=1' } as const

t.test('services take calls that came through the gateway, and no others', async (t) => {
  const stack = await startStack(t)
  const { gateway, shop, home, secrets } = stack
  const ports = stack.innerPorts()
  const at = (service: string) => `http://127.0.0.1:${ports[service]}`
  const forge = callerForge(home)
  const direct = (service: 'products' | 'orders', headers: Record<string, string>) =>
    rawCall(at(service), { method: 'GET', path: LIST[service], headers })
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

  await t.test('what the gateway signs for a service opens it', async (t) => {
    for (const service of SERVICES) {
      const { status } = await direct(service, bearer(forge.token(service)))
      t.equal(status, 200, `${service}: else the refusals below would prove nothing`)
    }
  })

  await t.test(
    'every route of a service refuses a direct call, without a token and with one of a client',
    async (t) => {
      const client = await shop.token('manager')
      const routes = everyRoute().filter(({ auth }) => auth === 'bearer')
      t.ok(routes.length > 30)
      for (const route of routes) {
        for (const headers of [{}, bearer(client)]) {
          const body = bodyOf(route)
          const answer = await rawCall(at(route.service), {
            method: route.method,
            path: addressOf(route),
            headers: { ...headers, ...(body && { 'content-type': mediaTypeOf(route) }) },
            ...(body && { body: JSON.stringify(body) }),
          })
          t.equal(answer.status, 401, `${route.name} ${Object.keys(headers)}`)
          if (route.method !== 'HEAD') t.match(answer.json, { type: /\/problems\/unauthenticated$/ })
        }
      }
    },
  )

  for (const service of SERVICES) {
    await t.test(`${service} refuses a forged caller token`, async (t) => {
      for (const [what, token] of Object.entries(forge.forgeries(service, OTHER[service]))) {
        const answer = await direct(service, bearer(token))
        t.equal(answer.status, 401, `a token ${what}`)
        t.match(answer.json, { type: /\/problems\/unauthenticated$/ })
      }
      const { status } = await direct(service, bearer(forge.token(service)))
      t.equal(status, 200, 'and takes a good one afterwards')
    })

    await t.test(`${service} refuses a good caller token beside a second Authorization`, async (t) => {
      const good = `Authorization: Bearer ${forge.token(service)}`
      for (const lines of [
        [good, 'Authorization: Bearer x'],
        ['Authorization: Basic eDp5', good],
        [good, good],
      ]) {
        const socket = connect(ports[service] as number, '127.0.0.1')
        socket.end(
          `GET ${LIST[service]} HTTP/1.1\r\nHost: x\r\n${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`,
        )
        t.match(await text(socket), /^HTTP\/1\.1 401 /)
      }
    })
  }

  await t.test('a token of one service for another opens that one alone', async (t) => {
    const config = await oauth.discovery(
      new URL(`${gateway}/identity`),
      'orders',
      secrets.orders,
      undefined,
      {
        execute: [oauth.allowInsecureRequests],
      },
    )
    const grant = { resource: 'urn:stockgate:products', scope: 'products:read' }
    const { access_token: token } = await oauth.clientCredentialsGrant(config, grant)
    t.equal((await direct('products', bearer(token))).status, 200)
    t.equal((await direct('orders', bearer(token))).status, 401)
    const through = await rawCall(gateway, { method: 'GET', path: LIST.products, headers: bearer(token) })
    t.equal(through.status, 401, 'the gateway has another audience')
    const demo = await oauth.discovery(new URL(`${gateway}/identity`), 'demo', secrets.demo, undefined, {
      execute: [oauth.allowInsecureRequests],
    })
    await t.rejects(
      oauth.clientCredentialsGrant(demo, grant),
      { error: 'invalid_target' } as never,
      'no client gets one',
    )
  })

  await t.test('a caller token opens nothing at the gateway', async (t) => {
    for (const service of SERVICES) {
      const headers = bearer(forge.token(service))
      t.equal((await rawCall(gateway, { method: 'GET', path: LIST[service], headers })).status, 401)
    }
  })

  await t.test('the example for developers of clients works as it stands', async (t) => {
    const page = readFileSync(join(ROOT, 'gateway/docs/clients/proof-of-possession.md'), 'utf8')
    const [, example = ''] = /^```js\n(.*?)^```$/ms.exec(page) ?? []
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', example],
      {
        // Beside packages that have jose.
        cwd: join(ROOT, 'gateway'),
        env: {
          API: gateway,
          TOKEN_URL: `${gateway}/identity/token`,
          CLIENT_ID: 'demo',
          CLIENT_SECRET: secrets.demo ?? '',
        },
      },
    )
    t.match(stdout, /^200 \{"items":\[/)
  })

  await t.test('a client of the standard kind gets a bound token and calls with proofs', async (t) => {
    const config = await oauth.discovery(new URL(`${gateway}/identity`), 'demo', secrets.demo, undefined, {
      execute: [oauth.allowInsecureRequests],
    })
    const DPoP = oauth.getDPoPHandle(config, await oauth.randomDPoPKeyPair('ES256'))
    const { access_token: token } = await oauth.clientCredentialsGrant(config, {}, { DPoP })
    const url = new URL(gateway + LIST.products)
    for (let i = 0; i < 3; i++) {
      const proven = await oauth.fetchProtectedResource(config, token, url, 'GET', null, undefined, { DPoP })
      t.equal(proven.status, 200)
    }
    const stolen = await rawCall(gateway, { method: 'GET', path: LIST.products, headers: bearer(token) })
    t.equal(stolen.status, 401, 'the token alone is worth nothing')
  })
})
