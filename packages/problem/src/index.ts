export { type ProblemKind, problemKind, problems } from './catalog.ts'
export {
  PROBLEM_JSON,
  type Problem,
  type ProblemDetail,
  ProblemError,
  type ProblemOptions,
  renderProblem,
} from './problem.ts'
