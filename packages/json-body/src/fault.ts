/** What is wrong at one place of a body: `pointer` is a JSON Pointer behind `#`. */
export type JsonFault = {
  readonly pointer: string
  readonly detail: string
  readonly code: string
}
