import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Fault } from './fault.ts'
import { type SourceFile, targetOf } from './source.ts'

/** Packages that exist for development only: nothing that is deployed may need them. */
const DEVELOPMENT = new Set(['test-kit', 'e2e', 'bench', 'hostile'])
const SCOPE = '@stockgate/'

/** `gateway`, `services/orders`, `packages/problem`; undefined for files outside of them. */
export function homeOf(path: string): string | undefined {
  return /^(gateway|(?:services|packages)\/[^/]+)\//.exec(path)?.[1]
}

/**
 * What may import what across folders: no service another one or the gateway, the gateway no service, no package
 * either; another folder only by its package name, and only one that package.json names.
 */
export function acrossFaults(root: string, files: readonly SourceFile[]): Fault[] {
  const homes = new Set(files.map(({ path }) => homeOf(path)).filter((home) => home !== undefined))
  const homeByName = new Map([...homes].map((home) => [SCOPE + (home.split('/')[1] ?? home), home]))
  const declared = new Map([...homes].map((home) => [home, dependenciesOf(join(root, home, 'package.json'))]))
  const faults: Fault[] = []
  for (const { path, imports } of files) {
    const home = homeOf(path)
    if (!home) continue
    const inSource = path.startsWith(`${home}/src/`)
    for (const { specifier, line } of imports) {
      const fault = (message: string) => faults.push({ path, line, message })
      const target = targetOf(path, specifier)
      if (target !== undefined) {
        if (!target.startsWith(`${home}/`)) fault(`${specifier} leaves ${home}: import a package by its name`)
        continue
      }
      const name = /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier
      const other = homeByName.get(name)
      if (other && other !== home) forbidden(home, other, inSource).forEach(fault)
      const dependencies = declared.get(home)
      if (!dependencies || specifier.startsWith('node:') || specifier.startsWith('#') || other === home)
        continue
      if (inSource && !dependencies.used.has(name)) fault(`${name} is not among the dependencies of ${home}`)
      if (!inSource && !dependencies.used.has(name) && !dependencies.forTests.has(name))
        fault(`${name} is among neither dependencies nor devDependencies of ${home}`)
    }
  }
  return faults
}

function forbidden(home: string, other: string, inSource: boolean): string[] {
  const [kind, target] = [home, other].map((place) => place.split('/')[0])
  if (target === 'services') return [`${home} imports the service ${other}`]
  if (target === 'gateway') return [`${home} imports the gateway`]
  const name = other.split('/')[1] as string
  const deployed = kind !== 'packages' || !DEVELOPMENT.has(home.split('/')[1] as string)
  return inSource && deployed && DEVELOPMENT.has(name) ? [`${name} is for development only`] : []
}

function dependenciesOf(file: string): { used: Set<string>; forTests: Set<string> } | undefined {
  if (!existsSync(file)) return undefined
  const { dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(file, 'utf8'))
  return { used: new Set(Object.keys(dependencies)), forTests: new Set(Object.keys(devDependencies)) }
}
