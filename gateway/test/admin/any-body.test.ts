import fc from 'fast-check'
import t from 'tap'
import { LIMITS, startOperated } from './operated.ts'

const TARGETS = [
  ['PUT', '/limits'],
  ['POST', '/limits/check'],
  ['POST', '/limits/diff'],
  ['POST', '/limits/explain'],
  ['POST', '/limits/rollback'],
  ['POST', '/limits/overrides'],
  ['POST', '/limits/overrides/ovr_1/end'],
  ['POST', '/limits/candidates/tighter/rollout'],
] as const

/** A place in the limits, and what somebody wrote there. */
const slip = fc.tuple(fc.constantFrom(...placesOf(LIMITS, [])), fc.jsonValue({ maxDepth: 3 }))

t.test('whatever a body holds, the answer is a success or a problem of the caller', async (t) => {
  const { operate, revisions } = await startOperated(t)
  const body = fc.oneof(
    fc.jsonValue({ maxDepth: 4 }),
    fc.record(
      {
        document: fc.oneof(
          fc.jsonValue({ maxDepth: 4 }),
          slip.map(([place, value]) => replaced(LIMITS, place, value)),
        ),
        reason: fc.string(),
        client: fc.string(),
        tier: fc.oneof(fc.string(), fc.constant('partner')),
        limits: fc.jsonValue({ maxDepth: 3 }),
        from: fc.oneof(fc.string(), fc.constant('2026-02-30T00:00:00Z')),
        until: fc.oneof(fc.string(), fc.constant('2099-12-31T25:00:00Z')),
        method: fc.oneof(fc.string(), fc.constantFrom('GET', 'PUT', 'X')),
        path: fc.oneof(fc.webPath(), fc.string(), fc.constantFrom('/things', '/open', '/things/%41')),
        address: fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()),
        claims: fc.jsonValue({ maxDepth: 2 }),
        percent: fc.oneof(fc.integer(), fc.double()),
        revision: fc.oneof(fc.integer(), fc.double()),
      },
      { requiredKeys: [] },
    ),
  )
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...TARGETS), body, async ([method, target], sent) => {
      const before = revisions.current().revision
      const answer = await operate(target, {
        method,
        headers: { 'if-match': '*' },
        body: JSON.stringify(sent),
      })
      const { status } = answer
      if (status >= 500) throw new Error(`${status} ${answer.text}`)
      if (status >= 400 && revisions.current().revision !== before)
        throw new Error('it was refused and changed')
      if (status === 400 && !Array.isArray(answer.json.errors)) throw new Error(`no places: ${answer.text}`)
    }),
    { numRuns: 400 },
  )
  t.equal(revisions.inForce(), revisions.current().revision, 'what was taken is in force')
})

function placesOf(value: unknown, path: readonly string[]): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([key, inner]) => placesOf(inner, [...path, key]))]
}

function replaced(value: unknown, [key, ...rest]: readonly string[], put: unknown): unknown {
  if (key === undefined) return put
  return { ...(value as object), [key]: replaced((value as Record<string, unknown>)[key], rest, put) }
}
