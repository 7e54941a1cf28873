// The service behind the gateway, in a thread of its own: counts what it has in hand.
import { createServer } from 'node:http'
import { parentPort } from 'node:worker_threads'

const SMALL = Buffer.from('{"small":true}')
const LARGE = Buffer.alloc(5_000_000, 'x')
let inHand = 0
let most = 0

const server = createServer((request, response) => {
  most = Math.max(most, ++inHand)
  response.once('close', () => inHand--)
  request.on('error', () => {})
  request.resume().once('end', () => {
    const body = request.url === '/large' ? LARGE : SMALL
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body)
  })
})

server.listen(0, '127.0.0.1', () => parentPort?.postMessage(server.address()))
/** Each asking gives the most since the one before. */
parentPort?.on('message', () => {
  parentPort?.postMessage(most)
  most = inHand
})
