import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestScope } from './scope.ts'

/** Listens on a free loopback port until the test ends; open connections are then cut. Gives the base URL. */
export async function listenForTest(t: TestScope, server: Server): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  t.teardown(() => closeNow(server))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Stops listening and cuts whatever is open. */
export function closeNow(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
