import type { FastifyRequest } from 'fastify'

/** Adds what the gateway says about the request to what the client's headers say. Each is said once. */
export function addForwardHeaders(request: FastifyRequest, authorization: string | undefined): void {
  const { onward, trace } = request
  if (!trace.continued) dropTraceState(onward)
  onward.push(
    'x-forwarded-for',
    request.address,
    'x-forwarded-host',
    request.host,
    'x-forwarded-proto',
    request.protocol,
    'via',
    `${request.raw.httpVersion} stockgate`,
    'x-request-id',
    trace.id,
    'traceparent',
    `00-${trace.id}-${trace.span}-${trace.flags}`,
  )
  if (authorization !== undefined) onward.push('authorization', authorization)
}

/** The state of another trace than ours would mislead whoever reads it. */
function dropTraceState(onward: string[]): void {
  for (let at = onward.length - 2; at >= 0; at -= 2) {
    if (onward[at]?.toLowerCase() === 'tracestate') onward.splice(at, 2)
  }
}
