import { readdir, readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseDocument, type Refusal } from '@stockgate/policy-schema'

/** A policy file as read: its document, or why there is none. */
export type ReadDocument = { readonly file: string } & (
  | { readonly ok: true; readonly document: unknown }
  | Refusal
)

/** Reads one JSON file. A file that cannot be read is a problem of the policy, not an exception. */
export async function readDocument(file: string): Promise<ReadDocument> {
  try {
    return { file, ...parseDocument(await readFile(file, 'utf8')) }
  } catch (error) {
    return unreadable(file, error)
  }
}

/**
 * Reads the manifests at these paths, each a file or a folder, in order and each file once. A folder stands for the
 * `gateway.json` of each folder in it, and for its own: `gateway.json` where there is one, else every `*.json`.
 */
export async function readManifests(paths: readonly string[]): Promise<ReadDocument[]> {
  const documents = new Map<string, ReadDocument>()
  for (const path of paths) {
    for (const file of await filesAt(path)) {
      const found = typeof file === 'string' ? file : file.file
      const place = resolve(found)
      if (!documents.has(place)) {
        documents.set(place, typeof file === 'string' ? await readDocument(file) : file)
      }
    }
  }
  return [...documents.values()]
}

async function filesAt(path: string): Promise<(string | ReadDocument)[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path]
    const entries = (await readdir(path, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))
    const own = entries.filter((entry) => !entry.isDirectory() && entry.name.endsWith('.json'))
    const named = own.filter((entry) => entry.name === 'gateway.json')
    const nested: string[] = []
    for (const entry of entries) {
      const file = join(path, entry.name, 'gateway.json')
      if (!entry.isFile() && (await isFile(file))) nested.push(file)
    }
    return [...(named.length > 0 ? named : own).map((entry) => join(path, entry.name)), ...nested]
  } catch (error) {
    return [unreadable(path, error)]
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}

function unreadable(file: string, error: unknown): ReadDocument {
  const code = (error as NodeJS.ErrnoException).code
  const why =
    code === 'ENOENT'
      ? 'does not exist: correct the path'
      : `cannot be read (${code ?? String(error)}): check the path and its permissions`
  return { file, ok: false, problems: [{ pointer: '', rule: 'unreadable', message: why }] }
}
