import type { FormTemplate } from '../config/form-template.js';
import type { Account } from '../config/options.js';
import { isRefusal, OK, type Refusal, refuse } from '../platform/errcodes.js';
import type { MessageLine } from '../platform/inbox.js';
import type { Platform } from '../platform/platform.js';
import { type FormMessage, readFormMessage } from './form-message.js';
import { linesText } from './send-typed.js';
import { refusePage, refuseReceiver } from './shared-checks.js';

/**
 * `wxopen/template/send` (§5), offline since 2020, once the caller is known; a refused request uses nothing
 * up.
 */
export function sendForm(platform: Platform, account: Account, rawBody: Buffer): typeof OK | Refusal {
  const message = readFormMessage(rawBody);
  if (isRefusal(message)) return message;
  const refusal = refuseReceiver(message.touser, account, platform.people);
  if (refusal) return refusal;
  const template = account.formTemplates.find(({ templateId }) => templateId === message.templateId);
  if (!template) return refuse(40037);
  return refusePage(message.page, account) ?? deliver(platform, account, message, template);
}

function deliver(
  platform: Platform,
  account: Account,
  message: FormMessage,
  { templateId, title, keywords }: FormTemplate,
): typeof OK | Refusal {
  const { touser: openid = '', formId, page, emphasisKeyword } = message;
  const grant = platform.forms.use(account, openid, formId);
  if (isRefusal(grant)) return grant;
  platform.counters.sent(account.appId);
  const lines = keywords.map((label, index) => readLine(message, label, `keyword${index + 1}`));
  platform.inbox.receive({
    ...{ channel: 'mini-template', appId: account.appId, openid, templateId, scene: null, title },
    ...{ content: { value: linesText(lines) }, lines, data: message.data, formId: grant.formId },
    ...(page ? { page } : {}),
    ...(emphasisKeyword ? { emphasisKeyword } : {}),
    ...{ receivedAt: platform.clock.now(), grantId: grant.id, place: 'service-notification' },
  });
  return OK;
}

function readLine({ data, emphasisKeyword }: FormMessage, label: string, key: string): MessageLine {
  const { value, color } = data[key] ?? {};
  return {
    ...{ key, label, value: value ?? '' },
    ...(color ? { color } : {}),
    ...(emphasisKeyword === `${key}.DATA` ? { emphasis: true } : {}),
  };
}
