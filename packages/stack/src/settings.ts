import { oneOf, optionalText, optionalUrl, port, type SettingValues } from '@stockgate/settings'

/** What `pnpm start` can be told. */
export const settingTable = {
  PORT: port({ help: 'Port of the gateway; 0 takes a free one.', fallback: '8080' }),
  ADMIN_PORT: port({ help: 'Port of the gateway’s admin listener; 0 takes a free one.', fallback: '9090' }),
  STOCKGATE_HOME: optionalText({
    help: 'Folder for everything that outlives a run: database, keys, logs.',
    fallbackHelp: '`.stockgate`',
  }),
  DATABASE_URL: optionalUrl({
    help: 'PostgreSQL server to use instead of the packaged one; its user may create databases.',
    schemes: ['postgres', 'postgresql'],
    secret: true,
  }),
  REDIS_URL: optionalUrl({
    help: 'Redis for the gateway’s limits; without it the gateway counts in memory.',
    schemes: ['redis', 'rediss'],
    secret: true,
  }),
  LOG_LEVEL: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'silent'], {
    help: 'Least severity the processes write to their log files.',
    fallback: 'info',
  }),
}

export type Settings = SettingValues<typeof settingTable>
