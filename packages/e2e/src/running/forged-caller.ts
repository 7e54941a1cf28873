import {
  createHash,
  createHmac,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JWK } from 'jose'

/** Makes tokens as whoever has the gateway's key could, and as somebody who lacks it would try. */
export interface CallerForge {
  /** A caller token for a service, its claims and header changed; a member given as undefined is left out. */
  token(service: string, claims?: object, header?: object): string
  /** What was never signed by the gateway, or not for this, by what is wrong with it. */
  forgeries(service: string, other: string): Readonly<Record<string, string>>
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Reads the key that the gateway of a stack signs with. All is made by Node's own cryptography, none of it by ours. */
export function callerForge(home: string): CallerForge {
  const jwk = JSON.parse(readFileSync(join(home, 'gateway', 'caller-key.json'), 'utf8')) as JWK
  const { d: _private, ...publicJwk } = jwk
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = createPublicKey({ key: publicJwk, format: 'jwk' }).export({ type: 'spki', format: 'pem' })

  function parts(service: string, claims: object, header: object): string {
    const now = Math.floor(Date.now() / 1000)
    const all = {
      iss: 'urn:stockgate:gateway',
      aud: `urn:stockgate:${service}`,
      sub: '42',
      client_id: 'demo',
      scope: 'products:read products:write stock:read orders:read orders:read:all',
      iat: now,
      exp: now + 60,
      ...claims,
    }
    return `${encoded({ alg: 'ES256', typ: 'at+jwt', kid: jwk.kid, ...header })}.${encoded(all)}`
  }

  const signed = (text: string, key: object): string => {
    const options = { key, format: 'jwk', dsaEncoding: 'ieee-p1363' } as never
    return `${text}.${sign('sha256', Buffer.from(text), options).toString('base64url')}`
  }
  const byStranger = (text: string): string => {
    const options = { key: stranger.privateKey as KeyObject, dsaEncoding: 'ieee-p1363' } as const
    return `${text}.${sign('sha256', Buffer.from(text), options).toString('base64url')}`
  }
  const hmac = (text: string, secret: string | Buffer): string =>
    `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`

  const token: CallerForge['token'] = (service, claims = {}, header = {}) =>
    signed(parts(service, claims, header), jwk)

  return {
    token,
    forgeries: (service, other) => {
      const good = token(service)
      const [head = '', body = '', signature = ''] = good.split('.')
      const now = Math.floor(Date.now() / 1000)
      const hs256 = parts(service, {}, { alg: 'HS256' })
      const own = stranger.publicKey.export({ format: 'jwk' })
      return {
        'for another service': token(other),
        'for the gateway': token(service, { aud: 'urn:stockgate:gateway' }),
        'for nobody': token(service, { aud: undefined }),
        'of another issuer': token(service, { iss: 'https://evil.test' }),
        'of no issuer': token(service, { iss: undefined }),
        'that has expired': token(service, { iat: now - 100, exp: now - 10 }),
        'that never expires': token(service, { exp: undefined }),
        'from the future': token(service, { iat: now + 60, exp: now + 120 }),
        'not valid yet': token(service, { nbf: now + 60 }),
        'of another type': token(service, {}, { typ: 'JWT' }),
        'of no type': token(service, {}, { typ: undefined }),
        'without a subject': token(service, { sub: undefined }),
        'without a client': token(service, { client_id: undefined }),
        'with an extension': token(service, {}, { crit: ['x'], x: 1 }),
        'of algorithm none': `${parts(service, {}, { alg: 'none' })}.`,
        'of algorithm none with a signature': `${parts(service, {}, { alg: 'none' })}.${signature}`,
        'HS256 with the public key as PEM': hmac(hs256, String(pem)),
        'HS256 with the public key as JWK': hmac(hs256, JSON.stringify(publicJwk)),
        'HS256 with nothing': hmac(hs256, ''),
        'HS256 with a hash of the key': hmac(hs256, createHash('sha256').update(String(pem)).digest()),
        'of a stranger under the same key id': byStranger(parts(service, {}, {})),
        'of a stranger with his key in the header': byStranger(parts(service, {}, { kid: 'x', jwk: own })),
        'of a stranger with a link to his key': byStranger(
          parts(service, {}, { kid: 'x', jku: 'http://127.0.0.1:1/' }),
        ),
        'with another subject': `${head}.${encoded({ ...read(body), sub: '1' })}.${signature}`,
        'with padding': `${good}==`,
        'with a space': good.replace('.', ' .'),
        'with a second spelling of its signature': good.slice(0, -1) + twinOf(signature),
        'twice in one header': `${good}, Bearer ${good}`,
        'without its signature': `${head}.${body}.`,
      }
    },
  }
}

function read(segment: string): object {
  return JSON.parse(Buffer.from(segment, 'base64url').toString('utf8')) as object
}

/** The last letter of 64 bytes holds four bits that decoders pass over. */
function twinOf(signature: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  return letters[letters.indexOf(signature.at(-1) as string) + 1] as string
}
