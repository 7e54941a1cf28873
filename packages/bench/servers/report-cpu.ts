/** The server's side of a measurement: tells where it listens, and its processor time when asked. */
export function reportTo(url: string, stop: () => Promise<unknown>): void {
  process.on('message', () => {
    const { user, system } = process.cpuUsage()
    process.send?.({ cpu: user + system })
  })
  process.on('disconnect', () => {
    void stop().finally(() => process.exit(0))
  })
  // The load generator gets Ctrl-C too and closes the channel.
  process.on('SIGINT', () => {})
  process.send?.({ url })
}
