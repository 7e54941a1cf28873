import { randomBytes } from 'node:crypto'
import './library-notices.ts'
import { type Configuration, type ErrorOut, errors, type KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { Client } from './clients.ts'
import { createMemoryAdapter } from './memory-adapter.ts'
import { messagePage, PAGE_POLICY } from './pages.ts'
import { SIGNING_ALGORITHM, type SigningKeys } from './signing-keys.ts'

export interface IssuerOptions {
  /** Issuer identifier without a trailing slash. */
  readonly issuer: string
  /** Audience of tokens where no other is asked for. */
  readonly audience: string
  readonly keys: SigningKeys
  readonly clients: readonly Client[]
  /** Whether users may sign in, by the page that asks for no password. */
  readonly signIn: boolean
  /** Seconds an access token is valid. */
  readonly tokenLifetime: number
}

/** Minutes a user may take to sign in, in seconds. */
const SIGN_IN_SECONDS = 10 * 60

/** The OpenID provider: which grants, tokens and clients there are. Routes to it are in mount.ts. */
export function createProvider(options: IssuerOptions): Provider {
  const clients = new Map(options.clients.map((client) => [client.id, client]))
  const provider = new Provider(options.issuer, {
    adapter: createMemoryAdapter(),
    jwks: structuredClone(options.keys) as NonNullable<Configuration['jwks']>,
    // Sessions live in memory, so the key that signs their cookies may die with the process too.
    cookies: { keys: [randomBytes(32)], long: { sameSite: 'lax' }, short: { sameSite: 'lax' } },
    clients: options.clients.map((client) => metadata(client, options.signIn)),
    clientDefaults: { id_token_signed_response_alg: SIGNING_ALGORITHM },
    enabledJWA: { idTokenSigningAlgValues: [SIGNING_ALGORITHM] },
    scopes: ['openid', ...new Set(options.clients.flatMap(({ scopes }) => scopes))],
    claims: { openid: ['sub'] },
    responseTypes: ['code'],
    pkce: { required: () => true },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post'],
    clientBasedCORS: () => false,
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    renderError,
    interactions: {
      url: (_ctx, { uid }) => `${new URL(options.issuer).pathname.replace(/\/$/, '')}/interaction/${uid}`,
    },
    ttl: {
      AuthorizationCode: 60,
      Grant: SIGN_IN_SECONDS,
      IdToken: options.tokenLifetime,
      Interaction: SIGN_IN_SECONDS,
      Session: SIGN_IN_SECONDS,
    },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: false },
      // A client that shows a key gets a token that is bound to it.
      dPoP: { enabled: true },
      pushedAuthorizationRequests: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => options.audience,
        useGrantedResource: () => true,
        getResourceServerInfo: (ctx, resource, { clientId }) => {
          const client = clients.get(clientId)
          if (!client || (resource !== options.audience && !client.audiences.includes(resource)))
            throw new errors.InvalidTarget('this client may not ask for tokens for this resource')
          settleScopes(ctx, client)
          return {
            audience: resource,
            scope: client.scopes.join(' '),
            accessTokenFormat: 'jwt',
            accessTokenTTL: options.tokenLifetime,
            jwt: { sign: { alg: SIGNING_ALGORITHM } },
          }
        },
      },
    },
    formats: {
      customizers: {
        jwt: (_ctx, token, jwt) => {
          if (token.kind === 'ClientCredentials')
            jwt.payload.sub = clients.get(String(token.clientId))?.subject ?? token.clientId
        },
      },
    },
  })
  // The one trusted proxy is mount.ts, which sets host and scheme from the issuer whatever the request says.
  provider.proxy = true
  return provider
}

function metadata(client: Client, signIn: boolean) {
  const code = signIn && client.redirectUris.length > 0
  return {
    client_id: client.id,
    client_secret: client.secret,
    application_type: 'native' as const,
    grant_types: ['client_credentials', ...(code ? ['authorization_code'] : [])],
    response_types: code ? (['code'] as const) : [],
    redirect_uris: code ? client.redirectUris : [],
    scope: [...(code ? ['openid'] : []), ...client.scopes].join(' '),
  }
}

/**
 * A client that names no scope gets all of its own (RFC 6749 §3.3 leaves the default to us); one that names a scope it
 * may not have is refused, also where nobody knows that scope.
 */
function settleScopes(ctx: KoaContextWithOIDC, client: Client): void {
  const { params } = ctx.oidc
  if (!params) return
  if (params.scope === undefined) params.scope = client.scopes.join(' ')
  const foreign = String(params.scope)
    .split(' ')
    .find((scope) => scope !== 'openid' && !client.scopes.includes(scope))
  if (foreign !== undefined) throw new errors.InvalidScope('requested scope is not allowed', foreign)
}

/** For the endpoints a browser visits; the others answer JSON by themselves. */
function renderError(ctx: KoaContextWithOIDC, out: ErrorOut): void {
  if (ctx.accepts('json', 'html') !== 'html') {
    ctx.body = out
    return
  }
  ctx.set('content-security-policy', PAGE_POLICY)
  ctx.type = 'html'
  ctx.body = messagePage(
    'The sign-in cannot go on',
    `${out.error}: ${out.error_description ?? 'no details'}.`,
  )
}
