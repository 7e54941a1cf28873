export { createMetrics, type MetricsParts } from './metrics/create.ts'
export type { Metrics } from './metrics/registry.ts'
export { type Observer, type ObserverOptions, startObserver } from './observer.ts'
export {
  createDecisionRecords,
  type DecisionListener,
  type DecisionRecord,
  type DecisionRecords,
} from './records.ts'
export { inOrder, type TopOrder } from './top-summary.ts'
