import { execFile, spawnSync } from 'node:child_process'
import { chownSync, cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, posix, relative } from 'node:path'
import { promisify } from 'node:util'
import { type Instruction, pairsOf, parseDockerfile, type Stage, wordsOf } from './dockerfile.ts'
import { dockerIgnore } from './ignored.ts'

const run = promisify(execFile)

/** What a Dockerfile makes, laid out below a folder that stands for the root of the image. */
export interface Image {
  /** Stands for `/`. */
  readonly root: string
  /** The base image of the last stage. */
  readonly base: string
  readonly environment: Readonly<Record<string, string>>
  readonly workdir: string
  readonly user: string | undefined
  readonly command: readonly string[]
  readonly healthcheck: readonly string[]
  /** Folders that the last stage gives to the user of the image. */
  readonly owned: readonly string[]
}

interface Build {
  readonly context: string
  readonly ignored: (path: string) => boolean
  readonly stages: Map<string, string>
}

/**
 * Does what the builder would do with a Dockerfile, in folders instead of layers: copies what COPY names (and
 * .dockerignore lets through), runs the pnpm and mkdir commands of RUN. Whatever it does not understand it refuses,
 * so that no line can be skipped in silence.
 */
export async function layOut(context: string, dockerfile: string, target: string): Promise<Image> {
  const ignore = join(context, '.dockerignore')
  const ignored = dockerIgnore(existsSync(ignore) ? readFileSync(ignore, 'utf8') : '')
  const build: Build = { context, ignored, stages: new Map() }
  const stages = parseDockerfile(readFileSync(join(context, dockerfile), 'utf8'))
  let image: Image | undefined
  for (const [index, stage] of stages.entries()) {
    const root = join(target, stage.name ?? `stage-${index}`)
    mkdirSync(root, { recursive: true })
    image = await layOutStage(build, stage, root)
    build.stages.set(stage.name ?? String(index), root)
  }
  if (!image) throw new Error(`${dockerfile} has no FROM`)
  return image
}

async function layOutStage(build: Build, stage: Stage, root: string): Promise<Image> {
  const image = {
    root,
    base: stage.image,
    environment: {} as Record<string, string>,
    workdir: '/',
    user: undefined as string | undefined,
    command: [] as string[],
    healthcheck: [] as string[],
    owned: [] as string[],
  }
  for (const { name, text, line } of stage.instructions) {
    switch (name) {
      case 'WORKDIR':
        image.workdir = posix.resolve(image.workdir, text)
        mkdirSync(inside(root, image.workdir), { recursive: true })
        break
      case 'COPY':
        copy(build, root, image.workdir, text)
        break
      case 'RUN':
        image.owned.push(...(await runLine(root, image.workdir, { name, text, line })))
        break
      case 'ENV':
        Object.assign(image.environment, Object.fromEntries(pairsOf(text)))
        break
      case 'USER':
        image.user = text
        break
      case 'CMD':
        image.command = wordsOf(text)
        break
      case 'HEALTHCHECK':
        image.healthcheck = wordsOf(text.replace(/^(--\S+\s+)*CMD\s+/, ''))
        break
      case 'EXPOSE':
      case 'VOLUME':
        break
      default:
        throw new Error(`line ${line}: ${name} is not understood`)
    }
  }
  return image
}

function copy(build: Build, root: string, workdir: string, text: string): void {
  const words = wordsOf(text)
  const flags = words.filter((word) => word.startsWith('--'))
  const unknown = flags.find((flag) => !flag.startsWith('--from='))
  if (unknown) throw new Error(`COPY ${unknown} is not understood`)
  const stage = flags[0]?.slice('--from='.length)
  const from = stage === undefined ? build.context : build.stages.get(stage)
  if (from === undefined) throw new Error(`COPY --from=${stage}: there is no such stage before`)

  const paths = words.filter((word) => !word.startsWith('--'))
  const target = paths.pop() as string
  const into = inside(root, posix.resolve(workdir, target))
  for (const path of paths) {
    const source = stage === undefined ? join(from, path) : inside(from, path)
    if (!existsSync(source)) throw new Error(`COPY ${path}: there is no such file`)
    // A folder's content is copied, a file goes into a target that ends in a slash.
    const place = statSync(source).isFile() && /(^|\/)\.?$/.test(target) ? join(into, basename(path)) : into
    if (stage === undefined) {
      cpSync(source, place, { recursive: true, filter: (file) => !build.ignored(relative(from, file)) })
    } else linkAll(source, place)
  }
}

/** Stages of one build may share their files: hard links, for there are tens of thousands. */
function linkAll(source: string, place: string): void {
  const linked = spawnSync('cp', ['-RPl', statSync(source).isDirectory() ? `${source}/.` : source, place])
  if (linked.status !== 0) cpSync(source, place, { recursive: true, verbatimSymlinks: true, force: true })
}

/** Runs one RUN line; gives the folders it hands to the user of the image. */
async function runLine(root: string, workdir: string, { text, line }: Instruction): Promise<string[]> {
  const owned: string[] = []
  for (const command of text.split('&&')) {
    const [program = '', ...args] = wordsOf(command.trim())
    if (program === 'mkdir' && args[0] === '-p') {
      for (const folder of args.slice(1))
        mkdirSync(inside(root, posix.resolve(workdir, folder)), { recursive: true })
    } else if (program === 'chown') {
      owned.push(...args.slice(1).map((folder) => inside(root, posix.resolve(workdir, folder))))
    } else if (program === 'npx' && args.some((arg) => arg.startsWith('pnpm@'))) {
      // What the base image would not have must not help here: no variables of an enclosing pnpm run.
      const env = Object.fromEntries(
        Object.entries(process.env).filter(([name]) => !/^(npm|pnpm)_/i.test(name)),
      )
      // What is installed here lies in the store: a registry that is slow today says nothing about the image.
      const offline = { npm_config_prefer_offline: 'true', pnpm_config_prefer_offline: 'true' }
      await run(program, args, {
        cwd: inside(root, workdir),
        env: { ...env, ...offline, CI: '1' },
        maxBuffer: 1e8,
      })
    } else {
      throw new Error(`line ${line}: RUN ${command.trim()} is not understood`)
    }
  }
  return owned
}

/** Gives what the Dockerfile gives to its user to a real user of this machine. */
export function giveTo(image: Image, uid: number, gid: number): void {
  for (const folder of image.owned) chownSync(folder, uid, gid)
}

/** Where a path of the image lies on this machine. */
export function inside(root: string, path: string): string {
  return join(root, posix.resolve('/', path))
}
