import { Described } from '../../kernel/schema.js';
import type { KeywordContent, Recipient, SharedMessage } from '../ledger/message.types.js';
import type { Channel } from './channel.js';
import { checkFormTemplate, FormTemplateContentDto, formTemplateContentOf } from './dto/form-template.dto.js';
import { messageRequest } from './dto/message-request.dto.js';

/** One template message of a mini-program to one person, for one use of a form id or prepay id. */
@Described('Template message of a mini-program (channel mini-template, retired by WeChat)')
export class SendMiniTemplateDto extends messageRequest(FormTemplateContentDto) {}

/**
 * **Legacy.** Template message of a mini-program (模板消息), `POST cgi-bin/message/wxopen/template/send`;
 * docs/platform.md §5. The platform has taken it offline; it lives on in private deployments and tests. A
 * form submit is one use, a payment three, each within 7 days, for any template of the mini-program; the
 * oldest use goes first, which is the one that ends first.
 */
export const miniTemplateChannel: Channel<KeywordContent, SendMiniTemplateDto> = {
  name: 'mini-template',
  kinds: ['mini-program'],
  path: '/cgi-bin/message/wxopen/template/send',
  grants: { rule: 'count', perScene: false, perTemplate: false },
  postsFormId: true,
  retired: '2020-01-10',
  input: SendMiniTemplateDto,
  contentInput: FormTemplateContentDto,
  contentOf: formTemplateContentOf,
  check: ({ content }) => checkFormTemplate(content),

  body({ templateId, content: { data, page, emphasisKeyword } }: SharedMessage<KeywordContent>) {
    const rest = JSON.stringify({
      data,
      emphasis_keyword: emphasisKeyword === undefined ? undefined : `${emphasisKeyword}.DATA`,
    }).slice(1);
    return ({ openid, formId }: Recipient) =>
      `${JSON.stringify({ touser: openid, template_id: templateId, page, form_id: formId }).slice(0, -1)},${rest}`;
  },
};
