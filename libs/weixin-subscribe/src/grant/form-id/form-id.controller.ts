import { Body, Post, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import { InputPipe } from '../../http/input.pipe.js';
import { ProblemDetailsFilter } from '../../http/problem-details.filter.js';
import { Documented, json, RouteGroup } from '../../http/route-doc.js';
import type { ServiceClient } from '../../http/service-client.js';
import { ServiceKeyGuard } from '../../http/service-key.guard.js';
import { Client, RequireScope } from '../../http/service-route.js';
import { WeixinController } from '../../http/weixin-controller.js';
import { oneOf, responseOf } from '../../kernel/schema.js';
import { FormIdDto } from './form-id.dto.js';
import { FormIdService } from './form-id.service.js';

export interface FormIdReply {
  /** `duplicate`: it was recorded before, and nothing was written. */
  status: 'recorded' | 'duplicate';
}

const FORM_ID_REPLY = responseOf<FormIdReply>(
  'FormIdReply',
  { status: oneOf(['recorded', 'duplicate']) },
  {},
);

/**
 * Takes the form ids and prepay ids that the backend of a mini-program collects; legacy, for the channel
 * `mini-template`.
 */
@WeixinController('service', 'weixin')
@RouteGroup({ tag: 'Send 发送' })
@UseGuards(ServiceKeyGuard)
@UseFilters(ProblemDetailsFilter)
@UsePipes(new InputPipe())
export class FormIdController {
  constructor(private readonly formIds: FormIdService) {}

  @Post('form-ids')
  @RequireScope('grants:write')
  @Documented({
    summary: 'Record a form id or prepay id of a mini-program (legacy)',
    description: 'A form id permits one template message, a prepay id three, both for 7 days.',
    responses: { 201: json('Recorded, or a duplicate', FORM_ID_REPLY) },
    problems: { 400: 'Invalid input, or not a mini-program', 404: 'Unknown account' },
  })
  async record(@Client() client: ServiceClient, @Body() formId: FormIdDto): Promise<FormIdReply> {
    client.requireAccount(formId.appId);
    return { status: await this.formIds.record(formId) };
  }
}
