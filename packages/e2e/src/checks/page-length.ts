import { markdownFiles } from './repository-files.ts'

const FRONT_PAGE_LONGEST = 100
const PAGE_LONGEST = 150

/** The front page fits two screens, other READMEs three: what is longer belongs in a page of its own. */
export async function checkPageLength(root: string): Promise<string[]> {
  const pages = markdownFiles(root)
  const missing = pages.some(({ path }) => path === 'README.md') ? [] : ['README.md is missing']
  const long = pages
    .filter(({ path }) => path.endsWith('README.md'))
    .flatMap(({ path, text }) => {
      const most = path === 'README.md' ? FRONT_PAGE_LONGEST : PAGE_LONGEST
      const lines = text.trimEnd().split('\n').length
      return lines > most ? [`${path} has ${lines} lines, more than ${most}`] : []
    })
  return [...missing, ...long]
}
