import { Body, Post, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import type { ServiceClient } from '../../config/service-client.js';
import { InputPipe } from '../../http/input.pipe.js';
import { ProblemDetailsFilter } from '../../http/problem-details.filter.js';
import { ServiceKeyGuard } from '../../http/service-key.guard.js';
import { Client, RequireScope } from '../../http/service-route.js';
import { WeixinController } from '../../http/weixin-controller.js';
import { FormIdDto } from './form-id.dto.js';
import { FormIdService } from './form-id.service.js';

export interface FormIdReply {
  /** `duplicate`: it was recorded before, and nothing was written. */
  status: 'recorded' | 'duplicate';
}

/** Takes the form ids and prepay ids that the backend of a mini-program collects; legacy, for the channel `mini-template`. */
@WeixinController('service', 'weixin')
@UseGuards(ServiceKeyGuard)
@UseFilters(ProblemDetailsFilter)
@UsePipes(new InputPipe())
export class FormIdController {
  constructor(private readonly formIds: FormIdService) {}

  @Post('form-ids')
  @RequireScope('grants:write')
  async record(@Client() client: ServiceClient, @Body() formId: FormIdDto): Promise<FormIdReply> {
    client.requireAccount(formId.appId);
    return { status: await this.formIds.record(formId) };
  }
}
