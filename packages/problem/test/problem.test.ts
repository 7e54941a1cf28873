import t from 'tap'
import { ProblemError, problemKind, problems, renderProblem } from '../src/index.ts'

t.test('a problem has an absolute type below the origin, and the members of RFC 9457', async (t) => {
  const body = renderProblem(problems.insufficientStock, 'https://api.example', {
    detail: '1 of 2 lines cannot be reserved.',
    instance: '/orders/ord_1',
    traceId: 'abc',
    errors: [{ pointer: '#/lines/0/quantity', detail: '8 requested, 5 available' }],
  })
  t.same(body, {
    type: 'https://api.example/problems/insufficient-stock',
    title: 'Not enough stock',
    status: 409,
    detail: '1 of 2 lines cannot be reserved.',
    instance: '/orders/ord_1',
    trace_id: 'abc',
    errors: [{ pointer: '#/lines/0/quantity', detail: '8 requested, 5 available' }],
  })
})

t.test('a type that a registry names keeps its registered name', async (t) => {
  const body = renderProblem(problems.quotaExceeded, 'https://api.example', {
    extensions: { 'violated-policies': ['burst'] },
  })
  t.match(body, {
    type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
    'violated-policies': ['burst'],
  })
})

t.test(
  'every slug is unique, in kebab case, found again by name, with a status that is an error',
  async (t) => {
    const kinds = Object.values(problems)
    t.equal(new Set(kinds.map((kind) => kind.slug)).size, kinds.length)
    for (const kind of kinds) {
      t.match(kind.slug, /^[a-z]+(-[a-z]+)*$/)
      t.ok(kind.status >= 400 && kind.status < 600 && kind.hint.length > 10)
      t.equal(problemKind(kind.slug), kind)
    }
    t.equal(problemKind('constructor'), undefined)
  },
)

t.test(
  'a thrown problem carries its status for whoever catches it, and its cause for the log alone',
  async (t) => {
    const cause = new Error('inner')
    const error = new ProblemError(problems.notFound, { detail: 'No order has this id.', cause })
    t.match(error, { statusCode: 404, message: 'No order has this id.', cause })
    t.notOk('cause' in renderProblem(error.kind, 'https://api.example', error.options))
  },
)
