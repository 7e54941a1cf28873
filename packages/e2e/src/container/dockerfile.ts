/** One instruction: its name in capitals and the rest of it, continued lines joined. */
export interface Instruction {
  readonly name: string
  readonly text: string
  readonly line: number
}

/** From one FROM to the next. */
export interface Stage {
  readonly image: string
  readonly name: string | undefined
  readonly instructions: readonly Instruction[]
}

/** Reads a Dockerfile. Throws on what comes before the first FROM, since nothing here understands it. */
export function parseDockerfile(text: string): Stage[] {
  const stages: { image: string; name: string | undefined; instructions: Instruction[] }[] = []
  for (const instruction of instructionsOf(text)) {
    if (instruction.name === 'FROM') {
      const [, image = '', name] = /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(instruction.text) ?? []
      if (!image) throw new Error(`line ${instruction.line}: FROM ${instruction.text} is not understood`)
      stages.push({ image, name, instructions: [] })
    } else {
      const stage = stages.at(-1)
      if (!stage)
        throw new Error(`line ${instruction.line}: ${instruction.name} before FROM is not understood`)
      stage.instructions.push(instruction)
    }
  }
  return stages
}

/** The words of an instruction: a JSON list, or text parted by spaces. */
export function wordsOf(text: string): string[] {
  if (text.startsWith('[')) return JSON.parse(text) as string[]
  if (/["'$]/.test(text)) throw new Error(`quotes and variables are not understood: ${text}`)
  return text.split(/\s+/)
}

/** `NAME=value` pairs of an ENV instruction. */
export function pairsOf(text: string): [string, string][] {
  return wordsOf(text).map((pair) => {
    const equals = pair.indexOf('=')
    if (equals < 1) throw new Error(`ENV ${text} is not understood`)
    return [pair.slice(0, equals), pair.slice(equals + 1)]
  })
}

function instructionsOf(text: string): Instruction[] {
  const instructions: Instruction[] = []
  let begun: { line: number; text: string } | undefined
  for (const [index, raw] of text.split('\n').entries()) {
    // A comment between continued lines is dropped, as the real builder does.
    if (/^\s*(#|$)/.test(raw)) continue
    const continued = raw.endsWith('\\')
    const part = (continued ? raw.slice(0, -1) : raw).trim()
    begun = { line: begun?.line ?? index + 1, text: begun ? `${begun.text} ${part}` : part }
    if (continued) continue
    const [, name = '', rest = ''] = /^(\S+)\s*(.*)$/.exec(begun.text) ?? []
    instructions.push({ name: name.toUpperCase(), text: rest.trim(), line: begun.line })
    begun = undefined
  }
  if (begun) throw new Error(`line ${begun.line}: the last line continues into nothing`)
  return instructions
}
