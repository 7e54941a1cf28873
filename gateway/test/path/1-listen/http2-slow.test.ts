import { recordingUpstream } from '@stockgate/test-kit'
import t from 'tap'
import { createAuthority } from '../../kit/authority.ts'
import { startGateway, until } from '../../kit/gateway.ts'
import { http2Client } from '../../kit/http2.ts'
import { END_HEADERS, END_STREAM, FRAME, frame, frameClient, get } from '../../kit/http2-frames.ts'

t.test(
  'a client that never opens its window for an answer is given up, and costs the others nothing',
  async (t) => {
    const authority = createAuthority(t)
    const { certFile, keyFile } = authority.leaf(['localhost'], { days: 90 })
    let gone = 0
    const upstream = await recordingUpstream(t, (_request, response) => {
      response.once('close', () => gone++)
      response.end(Buffer.alloc(4_000_000))
    })
    const gateway = await startGateway(t, {
      upstream: upstream.url,
      tls: { certs: [certFile], keys: [keyFile] },
    })
    const { send, received } = await frameClient(t, gateway.port, authority)
    send(frame(FRAME.headers, END_STREAM | END_HEADERS, 1, get('/open')))
    const good = await http2Client(t, gateway, authority)
    t.equal((await good.call('/open')).text.length, 4_000_000)
    await until(
      () => received.some(({ type, stream }) => type === FRAME.reset && stream === 1),
      'the stream is reset',
      40_000,
    )
    await until(() => gateway.log.some(({ error }) => error === 'GW_SLOW_CLIENT'), 'it is told in its line')
    await until(() => gone === 2, 'the service is done with both')
    t.equal((await good.call('/livez')).status, 200)
  },
)
