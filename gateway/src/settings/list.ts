import type { Setting } from '@stockgate/settings'

type Rest = { help: string; fallback?: string; fallbackHelp?: string }

/** A comma list; each item is read by `item`. Empty only where there is a fallback that is. */
export function list<Item>(rest: Rest, item: (text: string) => Item): Setting<readonly Item[]> {
  return {
    ...rest,
    parse: (value) => {
      if (value === '' && rest.fallback === '') return Object.freeze([])
      const texts = value.split(',').map((text) => text.trim())
      if (texts.includes('')) throw new Error('expected a comma list without empty places')
      return Object.freeze(texts.map(item))
    },
  }
}

/** Any text, for items that are names of files. */
export const file = (text: string): string => text
