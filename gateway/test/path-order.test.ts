import { readdirSync, readFileSync } from 'node:fs'
import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { trail } from '../src/path/context.ts'
import { path } from '../src/path/index.ts'
import { call } from './kit/call.ts'
import { startGateway } from './kit/gateway.ts'

const SOURCE = new URL('../src/path/', import.meta.url)
const folders = readdirSync(SOURCE, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort()
const listed = path.map((stage) => stage.name)

t.test('the folders, in the order of their numbers, are the list', async (t) => {
  t.same(folders, listed)
})

t.test('a live request meets the stages in this order, each once', async (t) => {
  const seen: string[] = []
  const record = (message: unknown) => seen.push((message as { stage: string }).stage)
  trail.subscribe(record)
  t.teardown(() => trail.unsubscribe(record))
  const upstream = await recordingUpstream(t)
  const gateway = await startGateway(t, { upstream: upstream.url })
  for (const round of ['with a token to verify', 'with a token that is remembered']) {
    seen.length = 0
    const headers = await gateway.auth()
    t.equal((await call(gateway.url, '/things', { method: 'POST', headers, body: 'x' })).status, 200)
    t.same(seen, listed, round)
  }
})

t.test('the list is short, and only it and no stage imports a stage', async (t) => {
  const index = readFileSync(new URL('index.ts', SOURCE), 'utf8')
  t.ok(index.split('\n').length < 60, 'fewer than 60 lines')
  for (const folder of folders) {
    for (const file of readdirSync(new URL(`${folder}/`, SOURCE))) {
      const text = readFileSync(new URL(`${folder}/${file}`, SOURCE), 'utf8')
      for (const [, from = ''] of text.matchAll(/from '([^']+)'/g))
        t.notMatch(from, /^\.\.\/\d-/, `${folder}/${file} imports ${from}`)
    }
  }
})
