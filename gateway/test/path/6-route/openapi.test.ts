import t from 'tap'
import { mergeOpenApi } from '../../../src/path/6-route/openapi.ts'
import { policyOf, WIDE_LIMITS } from '../../kit/gateway.ts'

interface Json {
  [key: string]: Json | undefined
}

const manifests = policyOf(WIDE_LIMITS, [
  {
    service: 'shop',
    routes: [
      { path: '/things', methods: ['GET'], auth: 'bearer', scopes: ['r'], anyScopes: ['a', 'b'] },
      { path: '/things', methods: ['POST'], auth: 'public', description: 'Makes a thing.' },
      { path: '/things/{id}', methods: ['GET'], auth: 'bearer', scopes: [] },
      { path: '/boxes/{box_id}', methods: ['PUT'], auth: 'bearer', scopes: [] },
    ],
  },
  { service: 'yard', routes: [{ path: '/heaps', methods: ['GET'], auth: 'public' }] },
]).manifests

const item = (type: string) => ({ type: 'object', properties: { id: { type } } })
const ok = (schema: string) => ({
  200: { content: { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } } },
})

const documents = new Map<string, object>([
  [
    'shop',
    {
      openapi: '3.1.1',
      paths: {
        '/things': { get: { summary: 'List', responses: ok('Item') }, delete: { summary: 'Not exposed' } },
        '/internal': { get: { summary: 'Not exposed' } },
        '/things/{id}': { parameters: [{ name: 'id', in: 'path' }], get: { responses: ok('Same') } },
      },
      components: {
        schemas: { Item: item('string'), Same: item('boolean') },
        securitySchemes: { own: { type: 'http' } },
      },
    },
  ],
  [
    'yard',
    {
      paths: { '/heaps': { get: { responses: ok('Item') } } },
      components: { schemas: { Item: item('integer'), Same: item('boolean') } },
    },
  ],
])

const merged = mergeOpenApi(manifests, documents, 'https://api.test') as unknown as Json

t.test('only what the manifests expose is described, in the words of the services', async (t) => {
  const ofServices = ['/things', '/things/{id}', '/boxes/{box_id}', '/heaps']
  t.same(Object.keys(merged.paths ?? {}), [...ofServices, '/usage'])
  const things = merged.paths?.['/things'] as Json
  t.same(Object.keys(things), ['get', 'post'])
  t.equal(things.get?.summary, 'List')
  t.equal(things.post?.summary, 'Makes a thing.', 'an operation nobody described is there all the same')
  t.match(merged.paths?.['/boxes/{box_id}']?.put, {
    summary: 'PUT /boxes/{box_id}',
    parameters: [{ name: 'box_id', in: 'path', required: true }],
  })
  t.match(merged.paths?.['/things/{id}']?.parameters, [{ name: 'id' }])
})

t.test('what an operation demands is what its manifest says', async (t) => {
  const things = merged.paths?.['/things'] as Json
  t.same(things.get?.security, [{ bearer: ['r', 'a'] }, { bearer: ['r', 'b'] }])
  t.same(things.post?.security, [])
  t.same(Object.keys(merged.components?.securitySchemes ?? {}), ['bearer'])
})

t.test('where API keys are in use, each operation that demands a token can be called with one', async (t) => {
  const withKeys = mergeOpenApi(manifests, documents, 'https://api.test', ['bearer', 'api_key'])
  t.match(withKeys, {
    paths: {
      '/things': {
        get: { security: [{ bearer: ['r', 'a'] }, { bearer: ['r', 'b'] }, { api_key: ['r', 'a'] }, {}] },
        post: { security: [] },
      },
      '/usage': { get: { security: [{ bearer: [] }, { api_key: [] }] } },
    },
    components: { securitySchemes: { api_key: { type: 'apiKey', in: 'header', name: 'X-API-Key' } } },
  })
})

t.test('every operation also names the problems of the gateway', async (t) => {
  const responses = merged.paths?.['/things']?.get?.responses as Json
  t.same(Object.keys(responses), ['200', '401', '403', '429', 'default'])
  t.same(responses['429'], { $ref: '#/components/responses/Problem' })
  t.ok(merged.components?.responses?.Problem)
})

t.test('two services may use one name for two things', async (t) => {
  t.same(Object.keys(merged.components?.schemas ?? {}), ['Usage', 'Item', 'Same', 'yard.Item'])
  const heaps = JSON.stringify(merged.paths?.['/heaps'])
  t.match(heaps, '#/components/schemas/yard.Item')
  t.match(JSON.stringify(merged.paths?.['/things']), '#/components/schemas/Item')
})

t.test('a document that is not what it should be spoils nothing', async (t) => {
  const broken = [
    { components: { schemas: null, responses: 7 } },
    { components: 7, paths: 7 },
    { paths: { '/heaps': 7 } },
    'x',
    [],
  ]
  for (const document of broken) {
    const merged = mergeOpenApi(manifests, new Map([['yard', document as object]]), 'https://api.test')
    t.match(merged, { paths: { '/heaps': { get: { summary: 'GET /heaps' } } } }, JSON.stringify(document))
  }
})

t.test('every reference leads somewhere', async (t) => {
  for (const [, reference = ''] of JSON.stringify(merged).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
    let target: Json | undefined = merged
    for (const step of reference.split('/')) target = target?.[step]
    t.ok(target, reference)
  }
})

t.test('an operation that demands a proof names the ways it takes, and no API key', async (t) => {
  const proven = (proof: string) => ({
    path: `/${proof}`,
    methods: ['GET'],
    auth: 'bearer',
    scopes: ['pay'],
    proof,
  })
  const policy = policyOf(WIDE_LIMITS, [
    { service: 'bank', routes: [proven('dpop'), proven('certificate'), proven('any')] },
  ])
  const description = mergeOpenApi(policy.manifests, new Map(), 'https://api.test', ['bearer', 'api_key'])
  const { paths, components } = description as unknown as { paths: Json; components: Json }
  const [dpop, certified] = [{ dpop: ['pay'] }, { bearer: ['pay'], certificate: [] }]
  t.same(paths['/dpop']?.get?.security, [dpop])
  t.same(paths['/certificate']?.get?.security, [certified])
  t.same(paths['/any']?.get?.security, [dpop, certified])
  t.same(Object.keys(components.securitySchemes ?? {}), ['bearer', 'api_key', 'dpop', 'certificate'])
})
