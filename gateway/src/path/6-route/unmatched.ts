import type { FastifyInstance } from 'fastify'
import findMyWay from 'find-my-way'
import { Refusal } from '../../errors/refusal.ts'

/** The most that can be set; 3-edge-guard has refused what is longer than is set. */
const LONGEST_TARGET = 64 * 1024

/** Which methods a path has. Filled at start by `note`, asked only when no route matched. */
export interface KnownPaths {
  note(pattern: string, methods: readonly string[]): void
  methodsOf(path: string): readonly string[] | undefined
}

export function createKnownPaths(): KnownPaths {
  const byPattern = new Map<string, Set<string>>()
  const paths = findMyWay({ maxParamLength: LONGEST_TARGET })
  return {
    note: (pattern, methods) => {
      let known = byPattern.get(pattern)
      if (known === undefined) {
        known = new Set()
        byPattern.set(pattern, known)
        paths.on('GET', pattern, () => {}, known)
      }
      for (const method of methods) known.add(method)
    },
    methodsOf: (path) => {
      const known = paths.find('GET', path)?.store as Set<string> | undefined
      return known && [...known]
    },
  }
}

/**
 * 405 with Allow where the path is known, 204 with Allow for OPTIONS, 404 for the rest. A hook and not fastify's
 * handler for it: that one comes after the body was parsed, and would complain about its type first.
 */
export function useUnmatched(app: FastifyInstance, paths: KnownPaths): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (request.plan !== null || !request.is404) return done()
    request.verdict = 'unmatched'
    const methods = paths.methodsOf(request.url.split('?', 1)[0] as string)
    if (methods === undefined) return done(new Refusal('GW_NO_ROUTE'))
    const allow = [...methods, 'OPTIONS'].join(', ')
    if (request.method === 'OPTIONS') {
      reply.code(204).header('allow', allow).send()
      return
    }
    const detail = `${request.method} is not possible here; use ${methods.join(', ')}.`
    done(new Refusal('GW_METHOD', { detail, headers: { allow } }))
  })
}
