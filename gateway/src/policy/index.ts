export { type LoadPolicyOptions, loadPolicy } from './load.ts'
export { isBeginning, type OpenPolicy, type OpenPolicyOptions, openPolicy } from './open.ts'
export { PolicyError, problemLines } from './policy-error.ts'
export {
  type Authorship,
  type Revision,
  RevisionConflict,
  type RevisionEntry,
  type RevisionKind,
  UnknownRevision,
} from './revision.ts'
export type { PolicyRevisions, Spread, Verdict } from './revisions.ts'
export { createSnapshot, type PolicySnapshot, type RefusedManifest } from './snapshot.ts'
export { createPolicyStore, type PolicyStore } from './store.ts'
