import { existsSync, readFileSync } from 'node:fs'
import t from 'tap'
import { pathErrors } from '../src/errors/catalog.ts'
import { path } from '../src/path/index.ts'
import { settingTable } from '../src/settings.ts'

const read = (name: string) => readFileSync(new URL(`../docs/${name}.md`, import.meta.url), 'utf8')
const PAGE = read('life-of-a-request')
/** The page, and those that tell parts of it more closely. */
const PAGES = [PAGE, read('connections-and-bodies'), read('answers-of-services')].join('\n')

t.test(
  'the life of a request tells every station in order, on 120 lines beside the tables of what is refused',
  async (t) => {
    t.ok(PAGE.split('\n').filter((line) => !line.startsWith('|')).length <= 121)
    const stations = [...PAGE.matchAll(/^## .* — `(.+?)\//gm)].map(([, folder]) => folder)
    t.same(
      stations,
      path.map(({ name }) => name),
    )
  },
)

t.test('it names every code a request can meet, each with its status, and no other', async (t) => {
  const named = new Set([...PAGE.matchAll(/`(GW_[A-Z_]+)`/g)].map(([, code]) => code))
  t.same([...named].sort(), Object.keys(pathErrors).sort())
  for (const [, status, code = ''] of PAGE.matchAll(/^\| .+ \| (\d{3}).* \| `(GW_[A-Z_]+)` \|$/gm))
    t.equal(Number(status), pathErrors[code as keyof typeof pathErrors].kind.status, code)
})

t.test('every file and every setting that it and its two companions name is there', async (t) => {
  for (const [, file = ''] of PAGES.matchAll(/`(\d-[\w-]+\/[\w.-]+)`/g))
    t.ok(existsSync(new URL(`../src/path/${file}`, import.meta.url)), file)
  for (const [, name = ''] of PAGES.matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g))
    t.ok(name.startsWith('GW_') || name in settingTable, name)
})
