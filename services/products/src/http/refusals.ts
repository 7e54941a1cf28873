import { ProblemError, type ProblemKind, type ProblemOptions, problemKind } from '@stockgate/problem'
import type { ServiceApp } from '@stockgate/service-kit'
import { Refusal } from '../domain/refusal.ts'

/** The kind of problem and its particulars for a rule that said no. */
export function problemOf(refusal: Refusal): { kind: ProblemKind; options: ProblemOptions } {
  const kind = problemKind(refusal.reason)
  if (!kind) throw new Error(`no problem type ${refusal.reason}`)
  return {
    kind,
    options: {
      detail: refusal.message,
      ...(refusal.faults.length > 0 && { errors: [...refusal.faults] }),
    },
  }
}

/** Refusals of the domain leave as problems; everything else goes on to the handler of the app. */
export function useRefusals(scope: ServiceApp): void {
  scope.setErrorHandler((error) => {
    if (!(error instanceof Refusal)) throw error
    const { kind, options } = problemOf(error)
    throw new ProblemError(kind, options)
  })
}
