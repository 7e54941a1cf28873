import { recordingUpstream, type TestScope } from '@stockgate/test-kit'
import { type ApiClient, type ApiClientOptions, createApiClient } from '../../src/client/api-client.ts'
import { createStopSwitch, type StopSwitch } from '../../src/client/stop-switch.ts'
import type { TokenSource } from '../../src/client/token-source.ts'

/** How an upstream answers. */
export type UpstreamHandler = NonNullable<Parameters<typeof recordingUpstream>[1]>

/** A client of an upstream that answers by `handler`; its first pauses are short and without jitter. */
export async function apiOf(
  t: TestScope,
  handler: UpstreamHandler,
  options: Partial<ApiClientOptions> = {},
): Promise<{ api: ApiClient; upstream: Awaited<ReturnType<typeof recordingUpstream>>; stop: StopSwitch }> {
  const upstream = await recordingUpstream(t, handler)
  const stop = createStopSwitch()
  const api = createApiClient({
    gateway: new URL(upstream.url),
    tokens: tokens(),
    stop,
    connections: 4,
    random: () => 0,
    ...options,
  })
  t.teardown(() => api.close())
  return { api, upstream, stop }
}

/** Tokens `token-1`, `token-2` …: a new one after each time the present one was thrown away. */
export function tokens(): TokenSource {
  let generation = 1
  return {
    token: async () => `token-${generation}`,
    invalidate: () => {
      generation++
    },
  }
}
