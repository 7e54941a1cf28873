import fc from 'fast-check'

/** Chooses, always the same for the same seed and number. */
export interface Draw {
  /** A whole number from 0 to `most`. */
  upTo(most: number): number
  one<Item>(list: readonly Item[]): Item
  /** True in about so many of a hundred draws. */
  chance(percent: number): boolean
  /** A text of these letters. */
  text(letters: string, shortest: number, longest: number): string
  /** Any text of Unicode, with what fast-check knows to be awkward. */
  unicode(longest: number): string
}

type Choices = [Iterator<number>, Iterator<string>]

const CHOICES = fc.noBias(
  fc.tuple(
    fc.infiniteStream(fc.nat({ max: 0x3fffffff })),
    fc.infiniteStream(fc.string({ unit: 'binary', maxLength: 60 })),
  ),
)

/** The choices of one case. Cases draw independently, so that any of them can be made alone. */
export function drawFor(seed: number, number: number): Draw {
  const [[numbers, texts]] = fc.sample(CHOICES, { seed: mixed(seed, number), numRuns: 1 }) as unknown as [
    Choices,
  ]
  const upTo = (most: number) => (numbers.next().value as number) % (most + 1)
  const one = <Item>(list: readonly Item[]) => list[upTo(list.length - 1)] as Item
  return {
    upTo,
    one,
    chance: (percent) => upTo(99) < percent,
    text: (letters, shortest, longest) => {
      let text = ''
      for (let rest = shortest + upTo(longest - shortest); rest > 0; rest--) text += one([...letters])
      return text
    },
    unicode: (longest) => (texts.next().value as string).slice(0, longest).toWellFormed(),
  }
}

/** One number of two, each bit of it hanging on all bits of both. */
function mixed(seed: number, number: number): number {
  let hash = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(number + 0x7f4a7c15, 0xc2b2ae35)
  hash = Math.imul(hash ^ (hash >>> 16), 0x21f0aaad)
  hash = Math.imul(hash ^ (hash >>> 15), 0x735a2d97)
  return (hash ^ (hash >>> 15)) | 0
}
