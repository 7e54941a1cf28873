import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repositoryFiles } from './repository-files.ts'

/** Words that belong to a machine, a workplace or an unfinished thought. Written so that they do not find themselves. */
const REFUSED: readonly [RegExp, string][] = [
  [/(?<![\w.])\/(wor[k]|far[m])\//, 'a path of one machine'],
  [/(?<![\w.])\/tm[p]\/[a-z]/, 'a path of one machine'],
  [/(?<![\w.])\/(roo[t]|hom[e])\/[a-z]/, 'a path of one machine'],
  [
    /\b(CE[O]|this sessio[n]|coding agen[t]|subagen[t]|DEVELOPERS\.m[d]|COMPAS[S])\b/,
    'a word of the workplace',
  ],
  [/https?:\/\/[a-z.]*(registr[y]|mirro[r])[a-z.]*\./, 'the address of a package registry'],
  [/\b(TOD[O]|FIXM[E]|XX[X]|HAC[K])\b/, 'a mark of unfinished work'],
]
/** Written by tools, not by us. */
const GENERATED = new Set(['pnpm-lock.yaml'])
const TEXT = /\.(ts|tsx|mts|mjs|js|json|md|ya?ml|sql|lua|sh|html|css|txt)$|(^|\/)(Dockerfile|\.\w+|run)$/

/** No committed file holds a word that means nothing to a stranger. */
export async function checkWords(root: string): Promise<string[]> {
  return repositoryFiles(root)
    .filter((path) => TEXT.test(path) && !GENERATED.has(path))
    .flatMap((path) => {
      const lines = readFileSync(join(root, path), 'utf8').split('\n')
      return lines.flatMap((line, index) =>
        REFUSED.flatMap(([pattern, what]) => {
          const word = pattern.exec(line)?.[0]
          return word === undefined ? [] : [`${path}:${index + 1} "${word}" is ${what}`]
        }),
      )
    })
}
