// A service that answers at once, for gateways to stand in front of.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { reportTo } from './report-cpu.ts'

const body = '{"id":"thing_1","name":"A thing"}'
const server = createServer((request, response) => {
  request.resume()
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body)
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  reportTo(`http://127.0.0.1:${port}`, async () => {
    server.closeAllConnections()
    server.close()
  })
})
