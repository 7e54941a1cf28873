import type { ApiClient } from '../../client/api-client.ts'
import type { StopSwitch } from '../../client/stop-switch.ts'

const ASK_EVERY_MS = 500
const MOST_ASKS = 240

/** Reads a resource again and again, within bounds, until it is as wanted; false when it never was. */
export async function askUntil<Body>(
  api: ApiClient,
  stop: StopSwitch,
  path: string,
  isDone: (body: Body) => boolean,
): Promise<boolean> {
  for (let ask = 0; ask < MOST_ASKS; ask++) {
    const { body } = await api.expect({ method: 'GET', path }, [200])
    if (isDone(body as Body)) return true
    await stop.wait(ASK_EVERY_MS)
  }
  return false
}
