import { Get, Header, Query, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import { InputPipe } from '../http/input.pipe.js';
import { ProblemDetailsFilter } from '../http/problem-details.filter.js';
import { AddressLimitGuard } from '../http/public-route.guards.js';
import { Documented, json, RouteGroup } from '../http/route-doc.js';
import { WeixinController } from '../http/weixin-controller.js';
import { APP_ID, responseOf, text } from '../kernel/schema.js';
import { JssdkConfigDto } from './jssdk.dto.js';
import { JssdkService, type JssdkSignature } from './jssdk.service.js';

const SIGNATURE = responseOf<JssdkSignature>(
  'JssdkSignature',
  {
    appId: APP_ID,
    timestamp: { type: 'integer', description: 'Unix seconds' },
    nonceStr: text(),
    signature: text('Hexadecimal SHA-1'),
  },
  {},
  { description: 'For wx.config, with jsApiList and openTagList of the page' },
);

/** What a page needs to use WeChat's JS-SDK and `<wx-open-subscribe>`. */
@WeixinController('public', 'weixin/jssdk')
@RouteGroup({ tag: 'Ask 询问' })
@UseGuards(AddressLimitGuard)
@UseFilters(ProblemDetailsFilter)
@UsePipes(new InputPipe())
export class JssdkController {
  constructor(private readonly jssdk: JssdkService) {}

  @Get('config')
  @Header('Cache-Control', 'no-store')
  @Documented({
    summary: "Sign a page for WeChat's JS-SDK",
    description: 'For wx.config. One address at a time: a single-page app asks after every change of route.',
    responses: { 200: json('Signed', SIGNATURE) },
    problems: {
      400: 'Invalid input, a page of another origin, or an account without web pages',
      404: 'Unknown account',
      503: 'There is no ticket',
    },
  })
  config(@Query() { appId, url }: JssdkConfigDto): Promise<JssdkSignature> {
    return this.jssdk.sign({ appId, url });
  }
}
