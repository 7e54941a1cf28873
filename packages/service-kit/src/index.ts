export { type Caller, createCallerVerifier } from '@stockgate/caller'
export { createServiceApp, type ServiceApp, type ServiceOptions } from './app.ts'
export { createBaseApp } from './base-app.ts'
export { BODY_LIMIT, MERGE_PATCH } from './bodies.ts'
export { insufficientScope } from './caller-check.ts'
export { queryFault } from './context.ts'
export { type DatabaseOptions, inTransaction, openDatabase, proveDatabase } from './database.ts'
export { isDatabaseOutage, isRetryable, violatedUnique } from './database-errors.ts'
export { sendProblem } from './errors.ts'
export { etagOf, requireIfMatch, sendTagged } from './etag.ts'
export { type ReadinessCheck, useHealth } from './health.ts'
export {
  beginKey,
  claimKey,
  completeKey,
  created,
  forgetOldKeys,
  type KeyState,
  once,
  readAnswer,
  type StoredAnswer,
  sendStored,
  type TextAnswer,
} from './idempotency.ts'
export { type IdempotentCall, idempotentCall } from './idempotency-key.ts'
export { newId } from './ids.ts'
export { type JobQueue, type Jobs, type SendOptions, startJobs, type WorkOptions } from './jobs.ts'
export { createLogger } from './logger.ts'
export { createKitTables, type KitTables, migrate } from './migrations.ts'
export { type Cursors, createCursors, listName, openCursors, type Position, pageOf } from './paging.ts'
export { type Periodic, periodically } from './periodic.ts'
export {
  IfMatchHeader,
  KeyHeader,
  listQuery,
  NoBody,
  NoQuery,
  USUAL_LIMIT,
} from './request-schemas.ts'
export { runProcess, serve } from './run.ts'
export {
  closed,
  Id,
  page,
  problemResponses,
  problemSchema,
  Quantity,
  type Static,
  Timestamp,
  words,
} from './schemas.ts'
export { serviceSettings } from './settings.ts'
export { openStore, type Store, type StoreOptions } from './store.ts'
export { faultsOf } from './validation.ts'
