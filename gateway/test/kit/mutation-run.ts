import { verify } from 'node:crypto'
import type { Forge } from './forge.ts'
import { mutate, seeded, WAYS } from './mutate.ts'

export interface MutationRun {
  readonly mutated: number
  /** Mutations that came out as a good token. */
  readonly unchanged: number
  readonly wronglyAccepted: readonly string[]
  readonly good: number
  readonly wronglyRefused: readonly string[]
}

/**
 * Judges good tokens and texts made of them. What is right is worked out by node:crypto and plain string comparison:
 * only a text that is letter for letter a token the forge signed may pass.
 */
export async function runMutations(
  forge: Forge,
  verdict: (token: string) => Promise<string>,
  { mutations, good, seed = 1 }: { mutations: number; good: number; seed?: number },
): Promise<MutationRun> {
  const random = seeded(seed)
  const tokens = Array.from({ length: good }, (_, i) =>
    forge.token({ sub: `user ${i}`, scope: `s:${i % 7}` }),
  )
  const signed = new Set(tokens)
  const [wronglyAccepted, wronglyRefused]: [string[], string[]] = [[], []]
  for (const token of tokens) {
    if (!isSigned(forge, token)) throw new Error('the forge does not sign what it should')
    if ((await verdict(token)) !== 'good') wronglyRefused.push(token)
  }
  let [mutated, unchanged] = [0, 0]
  for (let i = 0; mutated < mutations; i++) {
    const token = tokens[Math.floor(random() * good)] as string
    const other = tokens[Math.floor(random() * good)] as string
    const text = mutate(WAYS[i % WAYS.length] as string, token, other, random)
    if (signed.has(text)) {
      unchanged++
      continue
    }
    mutated++
    if ((await verdict(text)) === 'good') wronglyAccepted.push(text)
  }
  return { mutated, unchanged, wronglyAccepted, good, wronglyRefused }
}

function isSigned({ publicKey }: Forge, token: string): boolean {
  const end = token.lastIndexOf('.')
  const signature = Buffer.from(token.slice(end + 1), 'base64url')
  return verify(
    'sha256',
    Buffer.from(token.slice(0, end)),
    { key: publicKey, dsaEncoding: 'ieee-p1363' },
    signature,
  )
}
