import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { startThreeReaders } from './three-readers.ts'

const vectors = process.env.STOCKGATE_VECTORS
const skip =
  vectors === undefined && 'STOCKGATE_VECTORS does not name the folder with the public test vectors'

/** Of every prototype that JSON can make, and of what stands above them. */
const prototypes = () =>
  [Object.prototype, Array.prototype, String.prototype, Number.prototype, Function.prototype].map((one) =>
    Reflect.ownKeys(one).map(String),
  )

t.test(
  'the public JSON vectors get one verdict from a service, through the gateway and from the admin side',
  { skip },
  async (t) => {
    const before = prototypes()
    const ask = await startThreeReaders(t)
    const folder = join(vectors as string, 'json', 'test_parsing')
    const counts = { y: 0, n: 0, i: 0 }
    for (const name of readdirSync(folder)) {
      const kind = name[0] as 'y' | 'n' | 'i'
      counts[kind]++
      const body = readFileSync(join(folder, name))
      const answers = [await ask.service(body), await ask.through(body), await ask.admin(body)]
      const told = answers.map(({ status, json }) => [status, status === 200 ? null : json.type])
      t.same(told[1], told[0], `${name}: through the gateway as straight to the service`)
      t.same(told[2], told[0], `${name}: at the admin side as at the service`)
      const [status, type] = told[0] as [number, string | null]
      if (kind === 'n') t.equal(status, 400, name)
      else t.ok(status === 200 || status === 400, name)
      // What is JSON may hold what is not taken, such as a key that stands twice; it is never called no JSON.
      if (kind === 'y') t.not(type, 'https://api.test/problems/malformed-json', name)
    }
    t.same(counts, { y: 95, n: 188, i: 35 })
    t.same(prototypes(), before, 'no prototype is another one than before')
  },
)
