import type { FastifyInstance } from 'fastify'
import findMyWay from 'find-my-way'
import { Refusal } from '../../errors/refusal.ts'

/** Which methods a path has. Filled at start by `note`, asked only when no route matched. */
export interface KnownPaths {
  note(pattern: string, methods: readonly string[]): void
  methodsOf(path: string): readonly string[] | undefined
}

export function createKnownPaths(): KnownPaths {
  const byPattern = new Map<string, Set<string>>()
  const paths = findMyWay({ maxParamLength: 512 })
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

/** 405 with Allow where the path is known, 204 with Allow for OPTIONS, 404 for the rest. */
export function useUnmatched(app: FastifyInstance, paths: KnownPaths): void {
  app.setNotFoundHandler((request, reply) => {
    request.verdict = 'unmatched'
    const path = request.url.split('?', 1)[0] as string
    const methods = paths.methodsOf(path)
    if (methods === undefined) throw new Refusal('GW_NO_ROUTE')
    const allow = [...methods, 'OPTIONS'].join(', ')
    if (request.method === 'OPTIONS') return reply.code(204).header('allow', allow).send()
    throw new Refusal('GW_METHOD', {
      detail: `${request.method} is not possible here; use ${methods.join(', ')}.`,
      headers: { allow },
    })
  })
}
