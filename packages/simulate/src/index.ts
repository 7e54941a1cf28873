export { asPage } from './page/page.ts'
export { inOneTier, routesOf } from './policies.ts'
export { Engine } from './replay/engine.ts'
export { type Replayed, type ReplayOptions, replay } from './replay/replay.ts'
export { asJson } from './report/as-json.ts'
export { asText } from './report/as-text.ts'
export type { ClientList, LimitReport, PeakUse, Report } from './report/report.ts'
export { type ReportFacts, reportOf } from './report/report-of.ts'
export {
  type Call,
  type FileCount,
  openTraffic,
  type Traffic,
  type TrafficOptions,
  UnusableTrafficError,
} from './traffic/index.ts'
