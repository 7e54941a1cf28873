import type { Setting } from '@stockgate/settings'

/** What a shorter one would add could be guessed. */
const SHORTEST = 32

/** A secret text; absent or empty is undefined. No message repeats it. */
export function pepper(rest: { readonly help: string }): Setting<string | undefined> {
  return {
    ...rest,
    fallback: '',
    secret: true,
    parse: (value) => {
      if (value === '') return undefined
      if (value.length < SHORTEST)
        throw new Error(`expected at least ${SHORTEST} characters: make one with \`openssl rand -hex 32\``)
      return value
    },
  }
}
