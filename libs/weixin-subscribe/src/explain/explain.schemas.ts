import { GRANT_CHANNELS } from '../account/account-templates.options.js';
import {
  EXPLAIN_VERDICTS,
  type ExplainFinding,
  type WeixinRecord,
} from '../delivery/send/explanation.types.js';
import {
  APP_ID,
  arrayOf,
  moment,
  OPENID,
  objectOf,
  oneOf,
  responseOf,
  SCENE,
  TEMPLATE_ID,
  text,
  uuid,
} from '../kernel/schema.js';
import type { BilingualText } from '../weixin/errcodes.js';
import { CAUSES } from './causes.js';
import type { ExplanationView } from './explain.view.js';

const bilingual = (description?: string) =>
  objectOf<BilingualText>({ en: text(), zh: text() }, {}, description ? { description } : {});

export const EXPLANATION = responseOf<ExplanationView>(
  'Explanation',
  {
    appId: APP_ID,
    templateId: TEMPLATE_ID,
    channel: oneOf(GRANT_CHANNELS),
    verdict: oneOf(EXPLAIN_VERDICTS),
    findings: arrayOf(
      objectOf<ExplainFinding>({ code: oneOf(Object.keys(CAUSES)), message: bilingual() }, {}),
      'The first one decides; what else matters follows it',
    ),
    nextStep: bilingual('The one thing to do now'),
    story: arrayOf(
      objectOf<ExplanationView['story'][number]>(
        { type: text('As in the history'), at: moment(), scene: SCENE },
        {
          intentId: uuid,
          grantId: uuid,
          messageId: uuid,
          errcode: { type: 'integer' },
          rid: text("WeChat's id of the request"),
          reason: text('Our words for an outcome without an errcode'),
        },
      ),
      'What happened, newest first, at most 50 events',
    ),
  },
  {
    openid: OPENID,
    scene: { ...SCENE, description: '0 where the channel has none' },
    messageId: uuid,
    weixin: objectOf<Omit<WeixinRecord, 'invokedAt'> & { invokedAt: string }>(
      {
        rid: text("WeChat's id of the request"),
        invokedAt: moment('When the request reached WeChat'),
        costMs: { type: 'integer', description: 'Milliseconds' },
      },
      {},
      { description: 'What WeChat itself has recorded of the send; it keeps this for 7 days' },
    ),
  },
);
