import { shown } from '../../rule.ts'
import { pathRule } from './routes.ts'

/** Two parameters of one path have two names; otherwise one value would be lost. */
export const pathParameterRepeated = pathRule('path-parameter-repeated', (_path, segments) => {
  const parameters = segments.filter((segment) => segment.startsWith('{'))
  const twice = parameters.find((parameter, at) => parameters.indexOf(parameter) !== at)
  return twice === undefined ? undefined : `${shown(twice)} stands twice: give each parameter its own name`
})
