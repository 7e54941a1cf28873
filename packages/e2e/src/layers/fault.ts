/** One place that breaks a rule. */
export interface Fault {
  /** From the root of the repository. */
  readonly path: string
  readonly line?: number
  readonly message: string
}
