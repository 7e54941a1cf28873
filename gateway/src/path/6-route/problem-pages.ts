import { type ProblemKind, problemKind } from '@stockgate/problem'
import { Refusal } from '../../errors/refusal.ts'
import type { OwnRoute } from './own-routes.ts'

/** `/problems/{slug}`: where the `type` of a problem leads, for people and for programs. */
export function useProblemPages(own: OwnRoute, origin: string): void {
  own('/problems/:slug', (request, reply) => {
    const { slug } = request.params as { slug: string }
    const kind = problemKind(slug)
    if (kind === undefined) throw new Refusal('GW_NO_ROUTE', { detail: 'There is no problem of this name.' })
    reply.header('cache-control', 'public, max-age=3600').header('vary', 'accept')
    if (request.headers.accept?.includes('text/html')) {
      return reply
        .header('content-security-policy', "default-src 'none'")
        .type('text/html; charset=utf-8')
        .send(pageOf(kind))
    }
    const { title, status, hint } = kind
    return reply
      .type('application/json')
      .send({ type: kind.type ?? `${origin}/problems/${slug}`, title, status, hint })
  })
}

/** Nothing in it comes from a request: kinds are constants of ours. */
function pageOf({ title, status, slug, hint }: ProblemKind): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${title}</title>
<h1>${title}</h1>
<p>Status ${status}, <code>${slug}</code></p>
<p>${hint}</p>
</html>
`
}
