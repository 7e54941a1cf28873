/**
 * Loaded into every process of the stack before its own code: when the stack itself was killed, its processes end
 * too instead of holding their ports for ever. A process that minds the lost channel itself is left to do so.
 */
process.once('disconnect', () => {
  setTimeout(() => process.exit(1), 25_000).unref()
  if (process.listenerCount('disconnect') === 0) process.kill(process.pid, 'SIGTERM')
})
process.channel?.unref()
