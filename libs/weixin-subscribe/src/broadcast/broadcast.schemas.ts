import { GRANT_CHANNELS } from '../account/account-templates.options.js';
import type { MessageCounts } from '../delivery/batches/open-batch.repository.js';
import { CONTENT_SCHEMAS } from '../delivery/send/message.schemas.js';
import {
  APP_ID,
  arrayOf,
  countOf,
  moment,
  OPENID,
  objectOf,
  oneOf,
  responseOf,
  SCENE,
  type Schema,
  TEMPLATE_ID,
  text,
  uuid,
} from '../kernel/schema.js';
import { BROADCAST_ACTIONS, BROADCAST_STATUSES, PAUSE_CAUSES } from './broadcast.types.js';
import type { BroadcastEventView, BroadcastProgressView, BroadcastView } from './broadcast.view.js';
import type { BroadcastPreview, BroadcastSample } from './preview.service.js';
import type { SendQuota } from './send-quotas.js';

const status = oneOf(BROADCAST_STATUSES);
const pause = {
  pauseCause: oneOf(PAUSE_CAUSES),
  reason: text('Why it is paused, or why it ended early'),
  resumesAt: moment('When a pause ends by itself'),
};
const lists = {
  invalid: countOf('Recipients whose row was wrong'),
  duplicates: countOf('Rows that named somebody again'),
  noGrant: countOf('Recipients without an unused grant when they were reached'),
};
const outcomes = { sent: countOf(), refused: countOf(), failed: countOf(), unknown: countOf() };

export const BROADCAST_PROGRESS = responseOf<BroadcastProgressView>(
  'BroadcastProgress',
  {
    id: uuid,
    status,
    claimed: countOf('Messages that there are'),
    inFlight: countOf(),
    ...outcomes,
    unproven: objectOf<MessageCounts>(
      { claimed: countOf(), ...outcomes },
      {},
      {
        description: 'What of it rests on openids that are not proven',
      },
    ),
    ...lists,
    rate: { type: 'number', description: 'Messages per second since it was started or resumed' },
  },
  {
    ...pause,
    total: countOf('How many people it is for; who confirms while it runs comes on top'),
    remaining: countOf('People still to be written to'),
    etaSeconds: countOf('Until nobody remains, at that rate'),
  },
  { description: 'claimed = inFlight + sent + refused + failed + unknown' },
);

export const BROADCAST = responseOf<BroadcastView>(
  'Broadcast',
  {
    id: uuid,
    appId: APP_ID,
    templateId: TEMPLATE_ID,
    channel: oneOf(GRANT_CHANNELS),
    audience: oneOf(['scene', 'recipients']),
    status,
    recipients: countOf('Recipients that were supplied'),
    ...lists,
    createdAt: moment(),
  },
  {
    scene: SCENE,
    purpose: text(),
    ...CONTENT_SCHEMAS,
    renderer: text('Name of a renderer of the host'),
    idempotencyKey: text(),
    requestedBy: text('Name of the service key'),
    rate: countOf('Messages per second, at most'),
    notBefore: moment(),
    deadline: moment(),
    total: countOf('How many people it was for when it was started'),
    ...pause,
    startedAt: moment(),
    endedAt: moment(),
    progress: BROADCAST_PROGRESS.schema,
  },
);

export const BROADCASTS = responseOf<{ broadcasts: BroadcastView[] }>(
  'Broadcasts',
  { broadcasts: arrayOf(BROADCAST.schema, 'Newest first, without progress') },
  {},
);

export const BROADCAST_HISTORY = responseOf<{ events: BroadcastEventView[] }>(
  'BroadcastHistory',
  {
    events: arrayOf(
      objectOf<BroadcastEventView>(
        { action: oneOf(BROADCAST_ACTIONS), at: moment() },
        { requestedBy: text('Absent for what the library did by itself'), reason: text() },
      ),
      'Oldest first',
    ),
  },
  {},
);

const limits = objectOf<NonNullable<BroadcastSample['limits']>[number]>(
  {
    field: oneOf(['title', 'content.value']),
    length: countOf('In Unicode code points'),
    limit: countOf(),
  },
  {},
);

const sampleContent: Schema = {
  type: 'object',
  description: 'In the fields of its channel',
  properties: CONTENT_SCHEMAS,
};

export const BROADCAST_PREVIEW = responseOf<BroadcastPreview>(
  'BroadcastPreview',
  {
    matching: countOf('People who would get a message now'),
    samples: arrayOf(
      objectOf<BroadcastSample>(
        { openid: OPENID },
        {
          content: sampleContent,
          wrong: text('Why nothing would be sent to them'),
          limits: arrayOf(limits, 'Of one-time messages'),
        },
      ),
      'What the first three people would be told',
    ),
  },
  {
    recipients: objectOf<NonNullable<BroadcastPreview['recipients']>>(
      { rows: countOf(), ...lists },
      {},
      { description: 'Of a list only' },
    ),
    wrong: arrayOf(
      objectOf<NonNullable<BroadcastPreview['wrong']>[number]>({ openid: OPENID, reason: text() }, {}),
      'What is wrong with the first ten invalid rows',
    ),
    ratePerSecond: countOf('At most'),
    estimatedSeconds: countOf('At that rate, pauses for the quota included'),
    quota: objectOf<SendQuota>(
      {
        dailyLimit: countOf(),
        used: countOf(),
        remaining: countOf(),
        asOf: moment('When WeChat was asked: at most a minute ago'),
      },
      {},
      { description: "WeChat's quota of sends today, where WeChat said it" },
    ),
  },
);
