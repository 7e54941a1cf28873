export { Conflict, type Journal, type Numbered, type SubscribeOptions, Unavailable } from './journal.ts'
export { type OpenJournalOptions, openJournal } from './open.ts'
