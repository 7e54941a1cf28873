import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { parseDockerfile } from '../../src/container/dockerfile.ts'
import { dockerIgnore } from '../../src/container/ignored.ts'
import { layOut } from '../../src/container/image.ts'

t.test('a Dockerfile is read into stages of whole instructions', async (t) => {
  const stages = parseDockerfile(
    '# a\nFROM node:1 AS install\nRUN one \\\n  # in between\n  two\n\nFROM node:2\nCMD ["node"]',
  )
  t.same(stages, [
    { image: 'node:1', name: 'install', instructions: [{ name: 'RUN', text: 'one two', line: 3 }] },
    { image: 'node:2', name: undefined, instructions: [{ name: 'CMD', text: '["node"]', line: 8 }] },
  ])
})

t.test('the last pattern of .dockerignore that fits decides', async (t) => {
  const ignored = dockerIgnore('# no\n**/node_modules\n.env\n**/*.md\n!keep/*.md\n/top/\n')
  const paths = [
    'a/node_modules/b/c.js',
    'node_modules',
    '.env',
    'a/.env',
    'x/y.md',
    'keep/y.md',
    'top/z',
    'a.ts',
  ]
  t.same(paths.filter(ignored), ['a/node_modules/b/c.js', 'node_modules', '.env', 'x/y.md', 'top/z'])
})

t.test('exactly what COPY names is copied, less what is ignored', async (t) => {
  const context = t.testdir({
    Dockerfile: `FROM base AS first
WORKDIR /app
COPY a.txt b.txt texts/
COPY folder copied
FROM base
WORKDIR /srv
COPY --from=first /app/texts ./
COPY a.txt renamed.txt
RUN mkdir -p /state/deep && chown node:node /state/deep
ENV ONE=1 TWO=/state/deep
USER node
HEALTHCHECK --interval=1s CMD ["node", "-e", "0"]
CMD ["node", "main.ts"]
`,
    '.dockerignore': '**/secret.txt',
    'a.txt': 'a',
    'b.txt': 'b',
    'c.txt': 'c',
    folder: { 'd.txt': 'd', 'secret.txt': 's' },
  })
  const target = join(context, 'target')
  const image = await layOut(context, 'Dockerfile', join(target, 'image'))
  t.match(image, {
    base: 'base',
    environment: { ONE: '1', TWO: '/state/deep' },
    workdir: '/srv',
    user: 'node',
    command: ['node', 'main.ts'],
    healthcheck: ['node', '-e', '0'],
    owned: [join(image.root, 'state/deep')],
  })
  t.equal(readFileSync(join(image.root, 'srv/renamed.txt'), 'utf8'), 'a')
  t.ok(existsSync(join(image.root, 'srv/b.txt')))
  t.notOk(existsSync(join(image.root, 'srv/c.txt')))
  const first = join(target, 'image/first/app')
  t.ok(existsSync(join(first, 'copied/d.txt')))
  t.notOk(existsSync(join(first, 'copied/secret.txt')))
})

t.test('what is not understood is refused instead of skipped', async (t) => {
  const lines = [
    'RUN apt-get update',
    'ADD a b',
    'COPY --chmod=1 Dockerfile b',
    'COPY gone b',
    'COPY --from=x a b',
  ]
  for (const line of lines) {
    const context = t.testdir({ Dockerfile: `FROM base\nWORKDIR /app\n${line}\n` })
    await t.rejects(layOut(context, 'Dockerfile', join(context, 'out')), line)
  }
})
