import { createServer } from 'node:http'
import type { TestScope } from '@stockgate/test-kit'
import { createForge, type Forge } from '../../test/kit/forge.ts'

/** An issuer that rotates its keys and counts who asks for them. */
export interface RotatingIssuer {
  /** Where a gateway asks; each under a name of its own. */
  urlFor(gateway: string): string
  /** Milliseconds of the monotonic clock of every fetch, by gateway. */
  readonly fetches: ReadonlyMap<string, readonly number[]>
  /** The key that tokens are signed with now. */
  readonly current: Forge
  /** The key before; undefined before the first rotation. */
  readonly previous: Forge | undefined
  /** Shows the next key beside what is shown now; nothing is signed with it yet. */
  publishNext(): void
  /** Signs with the key that was published. */
  switchToNext(): void
  /** Shows the current key alone. */
  withdrawPrevious(): void
  close(): Promise<void>
}

export const ISSUER = 'https://issuer.test'
export const AUDIENCE = 'https://api.test'

export async function startRotatingIssuer(scope: TestScope): Promise<RotatingIssuer> {
  const newKey = (): Forge => createForge({ issuer: ISSUER, audience: AUDIENCE })
  const fetches = new Map<string, number[]>()
  let current = newKey()
  let [previous, next]: (Forge | undefined)[] = []
  let shown: Forge[] = [current]
  const server = createServer((request, response) => {
    const gateway = request.url?.slice(1) ?? ''
    fetches.set(gateway, [...(fetches.get(gateway) ?? []), performance.now()])
    response.writeHead(200, { 'content-type': 'application/jwk-set+json', 'cache-control': 'max-age=300' })
    response.end(JSON.stringify({ keys: shown.map(({ jwk }) => jwk) }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  scope.teardown(close)
  return {
    urlFor: (gateway) => `http://127.0.0.1:${port}/${gateway}`,
    fetches,
    get current() {
      return current
    },
    get previous() {
      return previous
    },
    publishNext: () => {
      next = newKey()
      shown = [...shown, next]
    },
    switchToNext: () => {
      if (next === undefined) throw new Error('nothing was published')
      previous = current
      current = next
      next = undefined
    },
    withdrawPrevious: () => {
      shown = [current]
    },
    close,
  }
}
