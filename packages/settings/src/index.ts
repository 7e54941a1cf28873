export { nearest } from './nearest.ts'
export { readSettings, type SettingTable, type SettingValues, settingsMarkdown } from './read.ts'
export {
  integer,
  json,
  oneOf,
  optionalText,
  optionalUrl,
  port,
  type Setting,
  SettingError,
  text,
  url,
} from './setting.ts'
