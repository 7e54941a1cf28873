import { connect } from 'node:net'
import t, { type Test } from 'tap'
import { sampleApp } from './kit/sample-app.ts'

/** Sends bytes as they are and reads until the server closes. */
async function raw(port: number, text: string): Promise<{ head: string; body: Record<string, unknown> }> {
  const socket = connect(port, '127.0.0.1')
  socket.write(text)
  let answer = ''
  for await (const chunk of socket) answer += chunk
  const [head = '', body = ''] = answer.split('\r\n\r\n')
  return { head, body: JSON.parse(body) }
}

async function listening(t: Test) {
  const { app } = await sampleApp(t)
  await app.listen({ host: '127.0.0.1', port: 0 })
  return (app.server.address() as { port: number }).port
}

t.test('a path that is not valid percent-encoding is a problem', async (t) => {
  const { app, bearer } = await sampleApp(t)
  const answer = await app.inject({ url: '/things/%ff', headers: await bearer() })
  t.equal(answer.statusCode, 400)
  t.match(answer.headers, { 'content-type': /^application\/problem\+json/, 'x-request-id': String })
  t.match(answer.json(), { type: /malformed-request$/, trace_id: answer.headers['x-request-id'] })
})

t.test('a part of a path that is longer than any id is a problem, whatever the method', async (t) => {
  const { app, bearer } = await sampleApp(t)
  const headers = await bearer()
  const answer = await app.inject({ url: `/things/${'x'.repeat(513)}`, headers })
  t.equal(answer.statusCode, 404)
  t.match(answer.json().type, /not-found$/)
  const wrong = await app.inject({ method: 'POST', url: `/things/${'x'.repeat(300)}`, headers, payload: {} })
  t.equal(wrong.statusCode, 405)
})

t.test('bytes that are no HTTP are answered with a problem', async (t) => {
  const port = await listening(t)
  const { head, body } = await raw(port, 'GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n')
  t.match(head, /^HTTP\/1.1 400 [\s\S]*content-type: application\/problem\+json/)
  t.match(body, { type: 'https://api.example/problems/malformed-request', status: 400, trace_id: String })
})

t.test('headers that are too large are answered with a problem', async (t) => {
  const port = await listening(t)
  const { head, body } = await raw(port, `GET / HTTP/1.1\r\nHost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`)
  t.match(head, /^HTTP\/1.1 431 /)
  t.match(body.type, /header-fields-too-large$/)
})
