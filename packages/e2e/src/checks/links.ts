import { existsSync } from 'node:fs'
import { join, posix } from 'node:path'
import { markdownFiles } from './repository-files.ts'

/** Every link of a Markdown file to a place in this repository leads there, headings included. */
export async function checkLinks(root: string): Promise<string[]> {
  const pages = markdownFiles(root)
  const anchors = new Map(pages.map(({ path, text }) => [path, headingAnchors(text)]))
  return pages.flatMap(({ path, text }) =>
    linksOf(text).flatMap(({ target, line }) => {
      const [file, anchor] = target.split('#') as [string, string?]
      const place = file === '' ? path : posix.normalize(posix.join(posix.dirname(path), decodeURI(file)))
      if (place.startsWith('../') || !existsSync(join(root, place)))
        return [`${path}:${line} ${target} leads nowhere`]
      const known = anchors.get(place)
      return anchor && known && !known.has(anchor)
        ? [`${path}:${line} ${place} has no heading #${anchor}`]
        : []
    }),
  )
}

function linksOf(text: string): { target: string; line: number }[] {
  const prose = text.replace(/^(`{3,}|~{3,}).*?^\1/gms, blank).replace(/`[^`\n]*`/g, blank)
  const inline = prose.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)
  const reference = prose.matchAll(/^\[[^\]]+\]:\s*<?([^\s>]+)/gm)
  return [...inline, ...reference]
    .map((match) => ({ target: match[1] as string, line: prose.slice(0, match.index).split('\n').length }))
    .filter(({ target }) => !/^([a-z][a-z0-9+.-]*:|\/\/)/i.test(target))
}

/** The anchors that GitHub gives to headings: a repeated one gets a number. */
function headingAnchors(text: string): Set<string> {
  const seen = new Map<string, number>()
  const anchors = new Set<string>()
  for (const [, heading = ''] of text
    .replace(/^(`{3,}|~{3,}).*?^\1/gms, blank)
    .matchAll(/^#{1,6}\s+(.*?)\s*#*$/gm)) {
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const anchor = words.replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-')
    const times = seen.get(anchor) ?? 0
    seen.set(anchor, times + 1)
    anchors.add(times === 0 ? anchor : `${anchor}-${times}`)
  }
  return anchors
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ')
}
