const PROBLEM = { $ref: '#/components/responses/Problem' }
const count = { type: 'integer', minimum: 0 }
const orNull = { type: ['integer', 'null'], minimum: 0 }

/** How the API description tells of `GET /usage`, the one path of the gateway itself that a client program uses. */
export const usageOperation = (schemes: readonly string[]) => ({
  get: {
    tags: ['gateway'],
    operationId: 'getUsage',
    summary: 'What you have left',
    description:
      'Your tier and the rule that chose it, each of your limits with what is left of it, and your last refusals. ' +
      'Costs nothing.',
    security: schemes.map((scheme) => ({ [scheme]: [] })),
    responses: {
      200: {
        description: 'Your limits at this moment.',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Usage' } } },
      },
      401: PROBLEM,
      default: PROBLEM,
    },
  },
})

export const usageSchema = {
  type: 'object',
  required: ['tier', 'rule', 'revision', 'limits', 'last_refusals'],
  properties: {
    tier: { type: 'string' },
    rule: { type: 'string', description: 'Why it is this tier and these limits.' },
    revision: { ...count, description: 'The policy in force.' },
    limits: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name', 'kind', 'quota', 'window', 'remaining', 'reset', 'per'],
        properties: {
          name: { type: 'string' },
          kind: { type: 'string', enum: ['rate', 'calendar', 'concurrency'] },
          quota: count,
          window: { ...orNull, description: 'Seconds; null for calls in flight.' },
          remaining: count,
          reset: {
            ...orNull,
            description: 'Seconds until the whole quota is there; null for calls in flight.',
          },
          per: {
            type: 'string',
            description: 'Whose count it is, such as client, user, address or a claim.',
          },
        },
      },
    },
    last_refusals: {
      type: 'array',
      description: 'The newest first.',
      items: {
        type: 'object',
        required: ['at', 'request_id', 'method', 'route', 'violated', 'retry_after'],
        properties: {
          at: { type: 'string', format: 'date-time' },
          request_id: { type: 'string' },
          method: { type: 'string' },
          route: { type: 'string' },
          violated: { type: 'array', items: { type: 'string' } },
          retry_after: count,
        },
      },
    },
  },
}
