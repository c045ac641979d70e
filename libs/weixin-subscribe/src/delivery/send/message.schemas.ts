import { GRANT_CHANNELS } from '../../account/account-templates.options.js';
import { GRANT_PROOFS, GRANT_STATUSES } from '../../grant/grant.types.js';
import {
  APP_ID,
  arrayOf,
  moment,
  OPENID,
  objectOf,
  oneOf,
  responseOf,
  type Schema,
  schemaOf,
  TEMPLATE_ID,
  text,
  uuid,
} from '../../kernel/schema.js';
import { FormTemplateContentDto } from '../channels/dto/form-template.dto.js';
import { NoticeContentDto } from '../channels/dto/keyword-content.dto.js';
import { MessageContentDto } from '../channels/dto/message-content.dto.js';
import { MESSAGE_STATUSES } from '../ledger/message.types.js';
import type { GrantsView, MessageView } from './message.view.js';

/** The content of a message is shown as it was given: in the fields of its kind. */
const fieldsOf = (dto: Parameters<typeof schemaOf>[0]): Record<string, Schema> =>
  schemaOf(dto).properties ?? {};
const { title, content, url, miniprogram } = fieldsOf(MessageContentDto);
const { data, page, miniprogramState, lang } = fieldsOf(NoticeContentDto);
const { emphasisKeyword } = fieldsOf(FormTemplateContentDto);
export const CONTENT_SCHEMAS = {
  ...{ title, content, url, miniprogram },
  ...{ data, page, miniprogramState, lang, emphasisKeyword },
};
const scene: Schema = { type: 'integer', description: '0 where the channel has none', example: 42 };

export const MESSAGE = responseOf<MessageView>(
  'Message',
  {
    id: uuid,
    appId: APP_ID,
    openid: OPENID,
    templateId: TEMPLATE_ID,
    scene,
    channel: oneOf(GRANT_CHANNELS),
    status: oneOf(MESSAGE_STATUSES),
    acceptedAt: moment(),
  },
  {
    ...CONTENT_SCHEMAS,
    errcode: { type: 'integer', description: "WeChat's code, where WeChat spoke" },
    errmsg: text(),
    rid: text("WeChat's id of the request"),
    msgid: text("WeChat's id of the message, of the channels that return one"),
    reason: text('Our words for an outcome without an errcode'),
    idempotencyKey: text(),
    requestedBy: text('Name of the service key'),
    notBefore: moment('Of deferred messages only'),
    deadline: moment(),
    dueAt: moment('When a worker takes it next'),
    settledAt: moment(),
  },
  {
    example: {
      ...{ id: '01a1fb5a-bfe2-70f9-849a-e9ed8399c26c', appId: APP_ID.example, openid: OPENID.example },
      ...{ templateId: TEMPLATE_ID.example, scene: 42, channel: 'one-time', status: 'sent', errcode: 0 },
      ...{ title: '上课提醒', content: { value: '高等数学 8:50' } },
      ...{ acceptedAt: '2026-11-20T23:46:31.010Z', settledAt: '2026-11-20T23:46:31.173Z' },
    },
  },
);

export const GRANTS = responseOf<GrantsView>(
  'Grants',
  {
    available: {
      type: 'integer',
      description: 'How many messages may be sent now, under all scenes that were asked about',
    },
    grants: arrayOf(
      objectOf<GrantsView['grants'][number]>(
        {
          id: uuid,
          scene,
          status: oneOf(GRANT_STATUSES),
          proof: oneOf(
            GRANT_PROOFS,
            'How well the openid is known: the host says so, an event that WeChat signed names it, or a browser said so',
          ),
          grantedAt: moment(),
        },
        { expiresAt: moment(), closedAt: moment(), messageId: uuid },
      ),
      'The newest 100, newest first',
    ),
  },
  {},
);
