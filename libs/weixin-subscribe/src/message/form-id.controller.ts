import { Body, Post, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import type { ServiceClient } from '../common/config/service-client.js';
import { InputPipe } from '../common/http/input.pipe.js';
import { ProblemDetailsFilter } from '../common/http/problem-details.filter.js';
import { Client, RequireScope } from '../common/http/service-door.js';
import { ServiceKeyGuard } from '../common/http/service-key.guard.js';
import { WeixinController } from '../common/http/weixin-controller.js';
import { FormIdDto } from '../grant/form-id.dto.js';
import { FormIdService } from '../grant/form-id.service.js';

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
