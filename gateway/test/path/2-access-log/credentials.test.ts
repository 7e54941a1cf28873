import t from 'tap'
import { call } from '../../kit/call.ts'
import { startGateway } from '../../kit/gateway.ts'

/** As many as a path has room for. */
const most = (beginning: string) => beginning.repeat(Math.floor(8_000 / beginning.length))

t.test('a path full of beginnings of credentials is told without them, and read once only', async (t) => {
  const gateway = await startGateway(t)
  for (const [at, path] of [`/${most('eyJ')}`, `/${most('sgk_')}`, `/a/${most('eyJ.')}`].entries()) {
    t.equal((await call(gateway.url, path)).status, 404)
    const { path: told } = await gateway.line(at + 1)
    t.notMatch(told, /eyJ|sgk_/)
  }
  t.notMatch(gateway.logText(), /eyJ|sgk_/)
})
