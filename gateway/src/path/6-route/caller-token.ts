import { type CallerKey, signCaller } from '@stockgate/caller'
import type { Client } from '../context.ts'

/** Longer than a verified token is remembered, so a caller token made for it outlives the memory, never the token. */
const LIFETIME_S = 120

/** The Authorization a service gets for this client; a promise only the first time. */
export type CallerTokens = (client: Client, service: string) => string | Promise<string>

/** Caller tokens, made once for each verified token and service. None outlives the token it stands for. */
export function createCallerTokens(key: CallerKey, clock: () => number): CallerTokens {
  async function sign(client: Client, service: string): Promise<string> {
    const now = Math.floor(clock() / 1000)
    const lifetime = Math.max(1, Math.min(LIFETIME_S, Math.floor(client.expires) - now))
    try {
      const token = `Bearer ${await signCaller(key, service, client, now, lifetime)}`
      client.callerTokens.set(service, token)
      return token
    } catch (error) {
      client.callerTokens.delete(service)
      throw error
    }
  }

  return (client, service) => {
    const held = client.callerTokens.get(service)
    if (held !== undefined) return held
    const promise = sign(client, service)
    client.callerTokens.set(service, promise)
    return promise
  }
}
