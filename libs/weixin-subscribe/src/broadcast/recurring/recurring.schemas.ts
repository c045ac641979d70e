import { GRANT_CHANNELS } from '../../account/account-templates.options.js';
import { CONTENT_SCHEMAS } from '../../delivery/send/message.schemas.js';
import {
  APP_ID,
  arrayOf,
  countOf,
  moment,
  objectOf,
  oneOf,
  responseOf,
  SCENE,
  TEMPLATE_ID,
  text,
  uuid,
} from '../../kernel/schema.js';
import { OCCURRENCE_OUTCOMES, RECURRING_STATUSES } from './recurring.types.js';
import type { OccurrenceView, RecurringBroadcastView } from './recurring.view.js';

export const RECURRING_BROADCAST = responseOf<RecurringBroadcastView>(
  'RecurringBroadcast',
  {
    id: uuid,
    appId: APP_ID,
    templateId: TEMPLATE_ID,
    name: text('Unique in its account'),
    status: oneOf(RECURRING_STATUSES),
    cron: text('Minute, hour, day of the month, month, day of the week'),
    timeZone: text('Of IANA; in it cron is read'),
    startWithinMinutes: countOf('So many minutes late it may still start'),
    createdAt: moment(),
  },
  {
    endAfterMinutes: countOf('So many minutes after its time nothing more of a run is sent'),
    requestedBy: text('Name of the service key'),
    nextAt: moment('Absent while it is paused'),
    upcoming: arrayOf(moment(), 'Its next times, three at most; none while it is paused. Not in lists'),
    channel: oneOf(GRANT_CHANNELS),
    scene: SCENE,
    purpose: text(),
    ...CONTENT_SCHEMAS,
    renderer: text('Name of a renderer of the host'),
    rate: countOf('Messages per second, at most'),
  },
  { description: 'Its texts with {{date}} and {{time}}, which are those of each time' },
);

export const RECURRING_BROADCASTS = responseOf<{ recurring: RecurringBroadcastView[] }>(
  'RecurringBroadcasts',
  { recurring: arrayOf(RECURRING_BROADCAST.schema, 'By name') },
  {},
);

export const OCCURRENCES_LIST = responseOf<{ runs: OccurrenceView[] }>(
  'RecurringBroadcastRuns',
  {
    runs: arrayOf(
      objectOf<OccurrenceView>(
        { id: uuid, dueAt: moment(), outcome: oneOf(OCCURRENCE_OUTCOMES), decidedAt: moment() },
        {
          throughAt: moment('The last time of several in a row that were missed together'),
          broadcastId: text('The broadcast that was started', { format: 'uuid' }),
          reason: text('Why none was'),
        },
      ),
      'The latest first',
    ),
  },
  {},
);
