import { Get, Header, Param, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import { InputPipe } from '../http/input.pipe.js';
import { ProblemDetailsFilter } from '../http/problem-details.filter.js';
import { Documented, json, RouteGroup } from '../http/route-doc.js';
import type { ServiceClient } from '../http/service-client.js';
import { ServiceKeyGuard } from '../http/service-key.guard.js';
import { Client, RequireScope } from '../http/service-route.js';
import { WeixinController } from '../http/weixin-controller.js';
import { APP_ID, arrayOf, moment, oneOf, responseOf, type Schema, text } from '../kernel/schema.js';
import { IsAppId } from '../kernel/validation.js';
import { DoctorService } from './doctor.service.js';
import { DOCTOR_CHECKS, type DoctorReport, FINDING_STATUSES } from './doctor.types.js';

class DoctorParamsDto {
  @IsAppId()
  appId!: string;
}

type DoctorReply = Omit<DoctorReport, 'checkedAt'> & { checkedAt: string };

const BILINGUAL: Schema = {
  type: 'object',
  required: ['en', 'zh'],
  properties: { en: text(), zh: text() },
};
const FINDING: Schema = {
  type: 'object',
  required: ['check', 'status', 'message'],
  properties: {
    check: oneOf(DOCTOR_CHECKS),
    status: oneOf(FINDING_STATUSES),
    message: BILINGUAL,
    remedy: BILINGUAL,
    errcode: { type: 'integer' },
  },
};
const REPORT = responseOf<DoctorReply>(
  'DoctorReport',
  {
    appId: APP_ID,
    checkedAt: moment(),
    healthy: { type: 'boolean', description: 'No finding is a problem' },
    findings: arrayOf(FINDING),
  },
  {},
);

/** The going-live checklist of an account, run for real. */
@WeixinController('service', 'weixin/accounts')
@RouteGroup({ tag: 'Token 令牌', problems: { 404: 'Unknown account' } })
@UseGuards(ServiceKeyGuard)
@UseFilters(ProblemDetailsFilter)
@UsePipes(new InputPipe())
export class DoctorController {
  constructor(private readonly doctor: DoctorService) {}

  @Get(':appId/doctor')
  @RequireScope('accounts:read')
  @Header('Cache-Control', 'no-store')
  @Documented({
    summary: 'Run the going-live checklist of an account',
    description: 'Asks WeChat about six times. Findings and remedies in English and Chinese.',
    responses: { 200: json('What was found; also where it is a problem', REPORT) },
  })
  async examine(@Client() client: ServiceClient, @Param() { appId }: DoctorParamsDto): Promise<DoctorReply> {
    client.requireAccount(appId);
    const report = await this.doctor.examine(appId);
    return { ...report, checkedAt: report.checkedAt.toISOString() };
  }
}
