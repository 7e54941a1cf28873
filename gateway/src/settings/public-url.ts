import type { Setting } from '@stockgate/settings'

/** An origin, without a slash at its end; undefined when empty. */
export function publicUrl(rest: {
  help: string
  fallback: string
  fallbackHelp: string
}): Setting<string | undefined> {
  return {
    ...rest,
    parse: (value) => {
      if (value === '') return undefined
      const url = URL.parse(value)
      const plain = url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search && !url.hash
      if (!plain || url.username)
        throw new Error(`expected an origin like https://api.example, got "${value}"`)
      return url.origin
    },
  }
}
