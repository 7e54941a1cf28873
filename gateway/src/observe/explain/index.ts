export type { AuthStep, ExplainedLimit, Explanation } from './explanation.ts'
export { explainHappened, type Happened } from './happened.ts'
export { AddressNeeded, explainImagined, type ImaginedCall } from './imagined.ts'
export type { PathView, RouteRule } from './path-view.ts'
