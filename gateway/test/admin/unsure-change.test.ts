import { startRedis } from '@stockgate/test-kit'
import t from 'tap'
import { limitsOf } from '../kit/gateway.ts'
import { until } from '../kit/until.ts'
import { startOperated } from './operated.ts'

t.test(
  'a change that a frozen Redis makes later is told as unknown, and the log says who asked',
  async (t) => {
    const redis = await startRedis(t)
    const gateway = await startOperated(t, { redisUrl: redis.url })
    process.kill(redis.pid, 'SIGSTOP')
    t.teardown(() => process.kill(redis.pid, 'SIGCONT'))
    const body = { document: limitsOf({ quota: 77, window: 1 }), reason: 'more for all' }
    const answer = await gateway.operate('/limits', { method: 'PUT', body, headers: { 'if-match': '*' } })
    t.equal(answer.status, 503)
    t.match(answer.json.detail, /^It is not known whether anything was changed: .+ look at the history\.$/)
    const audit = gateway.log.filter((line) => line.audit === true)
    t.match(audit, [{ action: 'limits.apply', reason: 'more for all', outcome: 'unknown', actor: /./ }])
    t.equal(audit.length, 1)
    process.kill(redis.pid, 'SIGCONT')
    await until(() => gateway.log.some(({ revision }) => revision === 2), 'the change is in force')
    t.match((await gateway.operate('/limits')).json, { revision: 2, reason: 'more for all' })
  },
)
