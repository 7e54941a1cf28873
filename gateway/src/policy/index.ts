export { type LoadPolicyOptions, loadPolicy } from './load.ts'
export { PolicyError, problemLines } from './policy-error.ts'
export { createSnapshot, type PolicySnapshot, type RefusedManifest } from './snapshot.ts'
export { createPolicyStore, type PolicyStore } from './store.ts'
