import type { Client } from './clients.ts'

const MEMBERS = new Set(['id', 'description', 'subject', 'scopes', 'audiences', 'redirect_uris'])
/** Client ids and user ids: what is safe in a path and a log line. */
export const ID = /^[A-Za-z0-9_-]{1,64}$/
const SCOPE = /^[a-z]+(:[a-z]+)+$/

/** Reads the document of a CLIENTS file. Throws an Error that names the place and what is expected there. */
export function readClientList(document: unknown): Omit<Client, 'secret'>[] {
  const { clients } = record(document, 'the document')
  if (!Array.isArray(clients) || clients.length === 0)
    throw new Error('expected {"clients": [ … ]} with at least one client')
  const list = clients.map(readClient)
  const twice = list.find((client, i) => list.findIndex(({ id }) => id === client.id) !== i)
  if (twice) throw new Error(`the client "${twice.id}" is listed twice`)
  return list
}

/** Reads a document of secrets by client id. Its errors never quote a secret. */
export function readSecrets(document: unknown): Record<string, string> {
  for (const [id, secret] of Object.entries(record(document, 'the document')))
    if (typeof secret !== 'string' || !/^[\x21-\x7e]{8,}$/.test(secret))
      throw new Error(`the secret of "${id}" must be 8 or more printable characters without spaces`)
  return { ...(document as Record<string, string>) }
}

function readClient(entry: unknown, i: number): Omit<Client, 'secret'> {
  const client = record(entry, `clients[${i}]`)
  const { id, subject = id } = client
  const strange = Object.keys(client).find((name) => !MEMBERS.has(name))
  if (strange !== undefined) throw new Error(`clients[${i}] has the unknown member "${strange}"`)
  if (typeof id !== 'string' || !ID.test(id)) throw new Error(`clients[${i}].id must match ${ID.source}`)
  if (typeof subject !== 'string' || !ID.test(subject))
    throw new Error(`clients[${i}].subject must match ${ID.source}`)
  const scopes = texts(client.scopes, `clients[${i}].scopes`, (scope) => SCOPE.test(scope))
  if (scopes.length === 0) throw new Error(`clients[${i}].scopes must name at least one scope`)
  return {
    id,
    subject,
    scopes,
    audiences: texts(client.audiences ?? [], `clients[${i}].audiences`, URL.canParse),
    redirectUris: texts(client.redirect_uris ?? [], `clients[${i}].redirect_uris`, URL.canParse),
  }
}

function record(value: unknown, place: string): Record<string, unknown> {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new Error(`${place} must be an object`)
  return value as Record<string, unknown>
}

function texts(value: unknown, place: string, fits: (text: string) => boolean): string[] {
  if (!Array.isArray(value) || !value.every((text) => typeof text === 'string' && fits(text)))
    throw new Error(`${place} must be a list of well-formed texts`)
  return value as string[]
}
