export { Conflict, type Journal, type Numbered, type SubscribeOptions, Unavailable } from './journal.ts'
export { hasHistory, type OpenJournalOptions, openJournal } from './open.ts'
export { pauseAfterConflict } from './pause.ts'
