export { answerWithin } from './answer-within.ts'
export { type OpenRedisOptions, openRedis, withoutSecret } from './connection.ts'
export { openConnections, type RedisConnections } from './connections.ts'
export { Script } from './script.ts'
