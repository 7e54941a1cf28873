/** The part of a tap test that things made for it need: to go when it ends. */
export interface TestScope {
  teardown(end: () => unknown): unknown
}
