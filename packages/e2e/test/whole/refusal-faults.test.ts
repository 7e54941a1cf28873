import t from 'tap'
import type { RawAnswer } from '../../src/running/raw-call.ts'
import { problemFaults, refusalFaults } from '../../src/running/refusal-faults.ts'

const secrets = { gateway: 'http://127.0.0.1:1', ports: [4001], root: '/srv/stockgate' }
const id = '58ed6c772da5a42fb1d3d458758851b1'
const body = {
  type: 'http://127.0.0.1:1/problems/not-found',
  title: 'Not found',
  status: 404,
  trace_id: id,
}

function answer(
  changed: Record<string, unknown> = {},
  headers: Record<string, string> = {},
  status = 404,
): RawAnswer {
  const json = { ...body, ...changed }
  return {
    status,
    headers: { 'content-type': 'application/problem+json', 'x-request-id': id, ...headers },
    text: JSON.stringify(json),
    json,
  }
}

t.test('the right problem has no fault, and each of its parts is looked at', async (t) => {
  t.same(problemFaults(answer(), 'not-found', secrets), [])
  for (const bad of [
    answer({ type: 'http://127.0.0.1:2/problems/not-found' }),
    answer({ title: 'Nothing' }),
    answer({ status: 400 }),
    answer({ trace_id: id.replace('5', '6') }),
    answer({}, { 'content-type': 'application/json' }),
    answer({}, {}, 500),
    answer({}, { 'x-request-id': 'short' }),
  ])
    t.not(problemFaults(bad, 'not-found', secrets).length, 0, JSON.stringify(bad))
  t.not(problemFaults(answer(), 'no-such-problem', secrets).length, 0)
})

t.test('words, ports and folders of the inside are found, in headers too', async (t) => {
  t.same(refusalFaults(answer({ detail: 'The body is not valid JSON at position 4.' }), secrets), [])
  for (const detail of [
    'FastifyError: x',
    'connect ECONNREFUSED',
    'see http://127.0.0.1:4001/x',
    'in /srv/stockgate/a',
    'error at parse (x.ts:3)',
    'select * FROM pg; INSERT',
  ])
    t.not(refusalFaults(answer({ detail }), secrets).length, 0, detail)
  t.not(refusalFaults(answer({}, { 'x-powered-by': 'x' }), secrets).length, 0)
  t.not(refusalFaults(answer({}, { via: '1.1 undici' }), secrets).length, 0)
})
