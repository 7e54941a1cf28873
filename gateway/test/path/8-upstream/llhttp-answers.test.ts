import { join } from 'node:path'
import t from 'tap'
import { answerFault } from '../../../src/path/8-upstream/answer-fault.ts'
import type { Deed } from './hostile-upstream.ts'
import { answerVectors } from './llhttp-answers.ts'
import { setStage, type Test } from './stage.ts'

const folder = process.env.STOCKGATE_VECTORS
const skip = folder === undefined && 'STOCKGATE_VECTORS does not name the folder with the public test vectors'

/** Here undici's parser takes what the suite refuses. Clients get an answer framed anew. */
const TAKEN = new Set(['invalid.md: Bare CR followed by CR after response line'])

t.test(
  'no answer of the public llhttp vectors harms the gateway: faulty ones are a 502, good ones arrive',
  { skip },
  async (t) => {
    const vectors = answerVectors(join(folder as string, 'http-parser/test/response'))
    t.ok(vectors.length > 80, `${vectors.length} vectors`)
    const deeds: Record<string, Deed> = {}
    for (const { name, bytes } of vectors) deeds[name] = (socket) => socket.end(bytes)
    const stage = await setStage(t, deeds)
    const tally = { arrived: 0, refused: 0 }
    for (const { name, strict, status, faulty, body } of vectors) {
      const { line, ...outcome } = await stage.perform(t as Test, name)
      t.not(line.error, 'GW_INTERNAL', name)
      if (line.error === null) tally.arrived++
      else {
        tally.refused++
        t.ok(outcome.cut || outcome.status === 502, `${name}: ${outcome.status}`)
      }
      if (!strict) continue
      if (faulty && !TAKEN.has(name)) t.equal(outcome.status, 502, name)
      if (status !== null && !answerFault(status, {})) {
        t.equal(outcome.status, status, name)
        if (body !== null) t.equal(outcome.text, body, name)
      }
    }
    stage.balance(t as Test)
    t.comment(`${tally.arrived} arrived, ${tally.refused} were refused or cut`)
    t.ok(tally.arrived > 40 && tally.refused > 15)
  },
)
