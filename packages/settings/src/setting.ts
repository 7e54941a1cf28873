/** Why a setting cannot be used; `name` is the environment variable. Its message is one line that says what to do. */
export class SettingError extends Error {
  readonly setting: string

  constructor(setting: string, message: string) {
    super(`${setting}: ${message}`)
    this.name = 'SettingError'
    this.setting = setting
  }
}

/** One environment variable: how it is read, what it means, what it is when absent. */
export interface Setting<T> {
  /** Turns the text into a value; throws an Error whose message says what is expected. */
  readonly parse: (text: string) => T
  /** One sentence for the table of settings. */
  readonly help: string
  /** What an absent variable means, as text; undefined makes the setting required. */
  readonly fallback?: string
  /** Shown in the table instead of the fallback, where that is computed. */
  readonly fallbackHelp?: string
  readonly secret?: boolean
}

type Rest = { help: string; fallback?: string; fallbackHelp?: string; secret?: boolean }

/** Any text that is not empty. */
export function text(rest: Rest): Setting<string> {
  return {
    ...rest,
    parse: (value) => {
      if (value === '') throw new Error('must not be empty')
      return value
    },
  }
}

/** Any text; absent or empty is undefined. */
export function optionalText(rest: Rest): Setting<string | undefined> {
  return { fallback: '', ...rest, parse: (value) => (value === '' ? undefined : value) }
}

/** A whole number from `min` to `max`. */
export function integer(rest: Rest & { min: number; max: number }): Setting<number> {
  return {
    ...rest,
    parse: (value) => {
      const number = Number(value)
      if (!/^\d{1,15}$/.test(value) || number < rest.min || number > rest.max)
        throw new Error(`expected a whole number from ${rest.min} to ${rest.max}, got "${value}"`)
      return number
    },
  }
}

/** A TCP port; 0 lets the system choose. */
export function port(rest: Rest): Setting<number> {
  return integer({ ...rest, min: 0, max: 65_535 })
}

/** One word of a list. */
export function oneOf<const W extends string>(words: readonly W[], rest: Rest): Setting<W> {
  return {
    ...rest,
    parse: (value) => {
      const word = words.find((candidate) => candidate === value)
      if (word === undefined) throw new Error(`expected one of ${words.join(', ')}, got "${value}"`)
      return word
    },
  }
}

/** An absolute URL with one of the given schemes (without colon). */
export function url(rest: Rest & { schemes?: readonly string[] }): Setting<URL> {
  const schemes = rest.schemes ?? ['http', 'https']
  return {
    ...rest,
    parse: (value) => {
      const parsed = URL.parse(value)
      if (!parsed || !schemes.includes(parsed.protocol.slice(0, -1)))
        throw new Error(`expected a URL that starts with ${schemes.map((s) => `${s}://`).join(' or ')}`)
      return parsed
    },
  }
}

/** Like `url`; absent or empty is undefined. */
export function optionalUrl(rest: Rest & { schemes?: readonly string[] }): Setting<URL | undefined> {
  const inner = url(rest)
  return { fallback: '', ...rest, parse: (value) => (value === '' ? undefined : inner.parse(value)) }
}

/** A JSON document turned into a value by `read`, which throws an Error saying what is expected. */
export function json<T>(read: (document: unknown) => T, rest: Rest): Setting<T> {
  return {
    ...rest,
    parse: (value) => {
      let document: unknown
      try {
        document = JSON.parse(value)
      } catch {
        throw new Error('expected a JSON document')
      }
      return read(document)
    },
  }
}
