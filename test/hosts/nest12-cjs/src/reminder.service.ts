import { Injectable, Logger } from '@nestjs/common';
import { OnEvent } from '@nestjs/event-emitter';
import { type MessageRecord, SubscribeService, type WeixinEventMap } from 'nestjs-weixin-subscribe';
import { TokenService } from 'nestjs-weixin-subscribe/token';

@Injectable()
export class ReminderService {
  private readonly logger = new Logger(ReminderService.name);

  constructor(
    private readonly subscribe: SubscribeService,
    private readonly tokens: TokenService,
  ) {}

  async remind(openid: string): Promise<MessageRecord> {
    const appId = String(process.env.WEIXIN_APP_ID);
    await this.tokens.getToken(appId);
    return this.subscribe.send({
      appId,
      openid,
      templateId: 'T1',
      scene: 42,
      title: 'Class',
      content: { value: 'at nine' },
    });
  }

  @OnEvent('weixin.delivery.paused')
  paused({ appId, pausedUntil }: WeixinEventMap['weixin.delivery.paused']): void {
    this.logger.warn(`${appId} pauses until ${pausedUntil.toISOString()}`);
  }
}
