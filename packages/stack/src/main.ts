/** `pnpm start`. Nothing but Node itself is needed up to here, so that a missing install can be told. */
try {
  const { run } = await import('./run.ts')
  process.exit(await run(process.env))
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException
  const reason =
    code === 'ERR_MODULE_NOT_FOUND'
      ? `packages are missing (${message.split(' imported from ')[0]}): run npx -y pnpm@12 install`
      : (error as Error).stack
  process.stderr.write(`stockgate: ${reason}\n`)
  process.exit(1)
}
