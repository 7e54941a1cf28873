import type { Rule } from '../../rule.ts'
import { limitRules } from '../limit/index.ts'
import { bearerNeedsScopes } from './bearer-needs-scopes.ts'
import { demandsNeedBearer } from './demands-need-bearer.ts'
import { headImplied } from './head-implied.ts'
import { limitCost } from './limit-cost.ts'
import { limitDiffers } from './limit-differs.ts'
import { limitPerPublic } from './limit-per-public.ts'
import { routeLimitSets } from './limit-sets.ts'
import { methodKnown } from './method-known.ts'
import { pathCharacters } from './path-characters.ts'
import { pathDotSegment } from './path-dot-segment.ts'
import { pathEmptySegment } from './path-empty-segment.ts'
import { pathEnd } from './path-end.ts'
import { pathParameter } from './path-parameter.ts'
import { pathParameterRepeated } from './path-parameter-repeated.ts'
import { pathReserved } from './path-reserved.ts'
import { pathStart } from './path-start.ts'
import { routeRepeated } from './route-repeated.ts'

/** What gateway.json must keep besides its shape, in the order problems are told. */
export const manifestRules: readonly Rule[] = [
  pathStart,
  pathEnd,
  pathEmptySegment,
  pathDotSegment,
  pathCharacters,
  pathParameter,
  pathParameterRepeated,
  pathReserved,
  methodKnown,
  headImplied,
  routeRepeated,
  demandsNeedBearer,
  bearerNeedsScopes,
  ...limitRules(routeLimitSets),
  limitDiffers,
  limitCost,
  limitPerPublic,
]
