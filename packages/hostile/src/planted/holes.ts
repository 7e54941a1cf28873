import type { Family } from '../cases/draft.ts'

/** One place in the source of the gateway, and what stands there instead. */
export interface Edit {
  /** Below `gateway/src`. */
  readonly file: string
  /** Has to stand there exactly once, or the run fails: the hole would not be where it is meant to be. */
  readonly find: string
  readonly replace: string
}

/** A hole made on purpose. Who looks for holes has to find it. */
export interface Hole {
  readonly name: string
  readonly edits: readonly Edit[]
  /** What attacks are sent at it. */
  readonly families: readonly Family[]
  /** Tests of the gateway that should find it too, as paths below `gateway/test`. */
  readonly tests: readonly string[]
  /** Has to be found by a test as well, not by hostile traffic alone. */
  readonly needsTest?: boolean
}

/** A check of HS256 with the public key as its secret, as a library without an allow-list would do it. */
const SHARED_SECRET = `if (algorithm.startsWith('HS')) {
    const { createHmac } = process.getBuiltinModule('node:crypto')
    const at = token.lastIndexOf('.')
    const pem = found.key.export({ format: 'pem', type: 'spki' })
    const made = createHmac(algorithm.replace('HS', 'sha'), pem).update(token.slice(0, at)).digest('base64url')
    if (made === token.slice(at + 1)) return
  }
  if (!found.suits(algorithm)) throw`

export const HOLES: readonly Hole[] = [
  {
    name: 'a lenient parser flag',
    edits: [
      {
        file: 'path/1-listen/index.ts',
        find: 'insecureHTTPParser: false',
        replace: 'insecureHTTPParser: true',
      },
    ],
    families: ['framing', 'headers'],
    tests: [
      'path/1-listen/client-error.test.ts',
      'path/1-listen/framing.test.ts',
      'path/1-listen/parser-vectors.test.ts',
    ],
    needsTest: true,
  },
  {
    name: 'an unstripped header',
    edits: [{ file: 'path/3-edge-guard/headers.ts', find: "  'x-user-id',\n", replace: '' }],
    families: ['headers'],
    tests: ['path/3-edge-guard/claims.test.ts', 'path/3-edge-guard/headers.test.ts', 'wire/message.test.ts'],
    needsTest: true,
  },
  {
    name: 'a skipped audience check',
    edits: [
      { file: 'tokens/claims.ts', find: 'if (!isFor(claims.aud, expected.audience))', replace: 'if (false)' },
    ],
    families: ['tokens'],
    tests: [
      'tokens/token-checks.test.ts',
      'tokens/several-issuers.test.ts',
      'path/4-authenticate/bad-tokens.test.ts',
    ],
    needsTest: true,
  },
  {
    name: 'a route without policy',
    edits: [
      {
        file: 'path/8-upstream/index.ts',
        find: 'config: { plan },',
        replace:
          "config: plan.pattern.startsWith('/things/') || plan.pattern.startsWith('/vault') ? {} : { plan },",
      },
      {
        file: 'path/4-authenticate/index.ts',
        find: 'if (plan === null && request.is404) return done()',
        replace: 'if (plan === null) return done()',
      },
    ],
    families: ['tokens', 'targets'],
    tests: [
      'path/4-authenticate/bad-tokens.test.ts',
      'path/4-authenticate/challenge.test.ts',
      'path/6-route/matching.test.ts',
      'path/6-route/scopes.test.ts',
    ],
    needsTest: true,
  },
  {
    name: 'routes without scopes open to all',
    edits: [
      {
        file: 'path/4-authenticate/index.ts',
        find: "if (plan?.auth === 'public') {",
        replace: "if (plan?.auth === 'public' || plan?.scopes.length === 0) {",
      },
    ],
    families: ['tokens'],
    tests: [],
  },
  {
    name: 'underscores in names not folded',
    edits: [{ file: 'wire/field-kinds.ts', find: "lower.replaceAll(/[^a-z0-9]/g, '-')", replace: 'lower' }],
    families: ['headers'],
    tests: [],
  },
  {
    name: 'tokens without end',
    edits: [
      { file: 'tokens/claims.ts', find: 'if (expires <= now - expected.expLeeway)', replace: 'if (false)' },
    ],
    families: ['tokens'],
    tests: [],
  },
  {
    name: 'shared secrets for signatures',
    edits: [
      {
        file: 'tokens/verify.ts',
        find: 'if (!trusted.algorithms.includes(header.alg))',
        replace: 'if (false)',
      },
      { file: 'tokens/signature.ts', find: 'if (!found.suits(algorithm)) throw', replace: SHARED_SECRET },
    ],
    families: ['tokens'],
    tests: [],
  },
  {
    name: 'scopes not looked at',
    edits: [
      {
        file: 'path/6-route/scopes.ts',
        find: 'if (client.scopes.has(scope)) continue',
        replace: 'continue',
      },
    ],
    families: ['tokens', 'targets'],
    tests: [],
  },
  {
    name: 'tokens in any spelling',
    edits: [
      {
        file: 'path/4-authenticate/index.ts',
        find: 'if (!isCanonicalToken(token))',
        replace: "if (token === '')",
      },
    ],
    families: ['tokens'],
    tests: [],
  },
  {
    name: 'a semicolon in a path',
    edits: [
      {
        file: 'wire/target.ts',
        find: `mark("/%!$&'()*+,=:@", PLAIN)`,
        replace: `mark("/%!$&'()*+,=:@;", PLAIN)`,
      },
    ],
    families: ['targets'],
    tests: [],
  },
  {
    name: 'structure in percent-encoding',
    edits: [
      {
        file: 'wire/target.ts',
        find: '((MARKS[byte] as number) & (UNRESERVED | NEVER_ENCODED)) !== 0',
        replace: 'byte === -1',
      },
    ],
    families: ['targets'],
    tests: [],
  },
  {
    name: 'two Hosts',
    edits: [
      {
        file: 'wire/message.ts',
        find: "return once === HOST_ONCE ? 'GW_HOST' : 'GW_DUPLICATE_HEADER'",
        replace: "if (once !== HOST_ONCE) return 'GW_DUPLICATE_HEADER'",
      },
    ],
    families: ['headers'],
    tests: [],
  },
  {
    name: 'headers that Connection names travel on',
    edits: [
      {
        file: 'wire/message.ts',
        find: 'onward !== undefined && (named === null || !named.has(name.toLowerCase()))',
        replace: 'onward !== undefined',
      },
    ],
    families: ['headers'],
    tests: [],
  },
  {
    name: 'what follows the last request is served',
    edits: [
      {
        file: 'path/1-listen/last-request.ts',
        find: 'return requests !== undefined && place > requests.last',
        replace: 'return false',
      },
    ],
    families: ['framing'],
    tests: [],
  },
  {
    name: 'bodies beyond their limit',
    edits: [
      {
        file: 'path/7-resilience/take-body.ts',
        find: 'if (announced > limit)',
        replace: 'if (announced < 0)',
      },
      {
        file: 'path/7-resilience/take-body.ts',
        find: 'if (request.bodyBytes > limit)',
        replace: 'if (announced < 0)',
      },
      {
        file: 'path/7-resilience/stream-on.ts',
        find: 'if (request.bodyBytes > most)',
        replace: 'if (most < 0)',
      },
    ],
    families: ['bodies', 'framing'],
    tests: [],
  },
  {
    name: 'hop-by-hop headers of answers',
    edits: [{ file: 'path/8-upstream/answer-fates.ts', find: "  'proxy-authenticate',\n", replace: '' }],
    families: ['targets'],
    tests: [],
  },
  {
    name: 'headers that an answer keeps to its connection',
    edits: [
      {
        file: 'path/8-upstream/answer-headers.ts',
        find: "if (fate === 'dropped' || named?.has(name))",
        replace: "if (fate === 'dropped')",
      },
    ],
    families: ['targets'],
    tests: [],
  },
]
