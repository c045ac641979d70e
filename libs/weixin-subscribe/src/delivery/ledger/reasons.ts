// Our words for outcomes without an errcode, and for what a message waits for. They are recorded with
// messages and read again by `explain/`, so never change one.

export const DEADLINE_PASSED = 'its deadline passed';
export const NO_GRANT_LEFT = 'no unused grant was left';
export const CANCELLED = 'cancelled';
export const PERSON_FORGOTTEN = 'its person was forgotten';
export const QUIET_HOURS = 'quiet hours';
export const SLOWED_DOWN = 'WeChat wants a minute without sends of this kind';
export const SENDER_INTERRUPTED = 'the process that sent it was interrupted';
export const REPORTED_SENT = 'reported by WeChat';
export const REPORTED_LOST = 'accepted, but WeChat reports that it was not delivered';
export const ASSUMED_SENT =
  'assumed: posted again, WeChat holds no permission any more, so the first post has used it';
