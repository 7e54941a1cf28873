/** One block of commands a page shows, with the answer it shows right below. */
export interface Step {
  /** Where the block begins in the page. */
  readonly line: number
  readonly commands: string
  readonly answer?: string
}

const FENCED = /^(`{3,})(\w*)[^\n]*\n(.*?)^\1[^\S\n]*$/gms
const ANSWERS = new Set(['json', 'http', 'text'])

/** The `sh` blocks of a Markdown page. A `json`, `http` or `text` block is an answer if nothing stands between the two. */
export function stepsOf(page: string): Step[] {
  const steps: { line: number; commands: string; answer?: string }[] = []
  let endOfCommands = -1
  for (const match of page.matchAll(FENCED)) {
    const [whole, , language = '', content = ''] = match
    const end = match.index + whole.length
    if (language === 'sh') {
      steps.push({ line: page.slice(0, match.index).split('\n').length + 1, commands: content.trimEnd() })
      endOfCommands = end
      continue
    }
    const follows = endOfCommands >= 0 && page.slice(endOfCommands, match.index).trim() === ''
    const step = steps.at(-1)
    if (follows && step && ANSWERS.has(language)) step.answer = content.trimEnd()
    endOfCommands = -1
  }
  return steps
}
