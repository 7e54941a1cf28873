export { CALLER_ALGORITHM, CALLER_TYPE, type Caller, GATEWAY_ISSUER, serviceAudience } from './caller.ts'
export { type CallerKey, generateCallerJwk, importCallerKey, signCaller } from './sign.ts'
export { type CallerVerifier, createCallerVerifier, type TrustedIssuer } from './verify.ts'
