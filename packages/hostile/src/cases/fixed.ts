import { type Credentials, signed } from '../site/credentials.ts'
import type { Draft, Expected, Family } from './draft.ts'
import { bytesOfRequest, EITHER, passing, plain, refused } from './request.ts'

let made: { by: Credentials; drafts: readonly Draft[] } | undefined

/** Cases that once got through, or were refused without need: they come first in every run, whatever its seed. */
export function fixedCases(credentials: Credentials): readonly Draft[] {
  if (made?.by !== credentials) made = { by: credentials, drafts: draftsOf(credentials) }
  return made.drafts
}

function draftsOf(credentials: Credentials): Draft[] {
  return [
    ...[
      '/open/..a',
      '/open/...slug',
      '/open/a..',
      '/open/a..?b=../c',
      '/quick/..a%20b',
      '/files/a%2F..b',
    ].map((target) => good('targets', 'dots that are no dot segment', target)),
    ...['/open/a;b', '/open/%2e%2e', '/open/a%3Bb', '/open/a%252fb', '/open/a%2fb', '/open//a'].map(
      (target) =>
        text(
          'targets',
          'a path in another spelling',
          bytesOfRequest(plain('GET', target)).toString('latin1'),
          refused(400),
        ),
    ),
    text(
      'framing',
      'a trailer that ends the connection',
      `${chunkedHead()}5\r\nhello\r\n0\r\nConnection: close\r\n\r\n`,
      EITHER,
    ),
    text('framing', 'HTTP/2.0 on a line of HTTP/1.1', withVersion('/open', 'HTTP/2.0'), {
      ...refused(400, 505),
      closes: true,
    }),
    text('framing', 'a method of another protocol', 'ANNOUNCE /open RTSP/1.0\r\nHost: api.test\r\n\r\n', {
      ...refused(),
      closes: true,
    }),
    ...leavers(credentials),
  ]
}

function good(family: Family, kind: string, target: string): Draft {
  const request = plain('GET', target)
  return { family, kind, bytes: bytesOfRequest(request), expected: [passing(request)] }
}

function text(family: Family, kind: string, message: string, expected: Expected): Draft {
  return { family, kind, bytes: Buffer.from(message, 'latin1'), expected: [expected] }
}

const chunkedHead = (): string =>
  bytesOfRequest(plain('POST', '/open'))
    .toString('latin1')
    .replace(/\r\n\r\n$/, '\r\nTransfer-Encoding: chunked\r\n\r\n')

function withVersion(target: string, version: string): string {
  return bytesOfRequest({ ...plain('GET', target), version }).toString('latin1')
}

/** Clients that are gone before their token is checked: the line of the request has to name the service all the same, or the service must not see it. */
function leavers({ key, header, claims }: Credentials): Draft[] {
  return Array.from({ length: 20 }, (_, at) => {
    const request = plain('GET', `/things/left-${at}`)
    request.lines.push(`Authorization: Bearer ${signed(key, header(), claims({ jti: `left-${at}` }))}`)
    const bytes = Buffer.concat([bytesOfRequest(request), Buffer.from('\0')])
    return {
      family: 'framing',
      kind: 'a client that leaves while its token is checked',
      bytes,
      expected: [EITHER],
      ends: true,
    }
  })
}
