import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { sampleApp } from './kit/sample-app.ts'

const HALF = 500_000

t.test('a large body of another media type is read to its end before it is refused', async (t) => {
  const { app, bearer } = await sampleApp(t)
  const address = new URL(await app.listen({ port: 0, host: '127.0.0.1' }))
  const head = [
    'POST /things HTTP/1.1',
    `Host: ${address.host}`,
    `Authorization: ${(await bearer()).authorization}`,
    'Content-Type: text/plain',
    `Content-Length: ${2 * HALF}`,
  ]
  const socket = connect(Number(address.port), address.hostname)
  t.teardown(() => socket.destroy())
  let answer = ''
  const answered = new Promise<void>((resolve) => {
    socket.on('data', (text) => {
      answer += text
      resolve()
    })
  })
  socket.write(`${head.join('\r\n')}\r\n\r\n${'x'.repeat(HALF)}`)
  // Whoever refuses now and closes the connection resets it under a client that still sends.
  await pause(200)
  t.equal(answer, '')
  socket.write('x'.repeat(HALF))
  await answered
  t.match(answer, /^HTTP\/1\.1 415 /)
})
