import { serviceSettings } from '@stockgate/service-kit'

/** All settings of the products service; nothing of its own so far. */
export const settings = { ...serviceSettings }
