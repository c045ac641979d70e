import { Module } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { ChannelController } from './channel.controller.js';
import { ChannelAccounts } from './channel-accounts.js';
import { ChannelClientService } from './channel-client.service.js';
import { ChannelPageService } from './channel-page.service.js';
import { ChannelSenderService } from './channel-sender.service.js';
import { SimulatedPhone } from './simulated-phone.js';

/** Subscription messages, notices and template messages, each on a page of its own. */
@Module({
  controllers: [ChannelController],
  providers: [
    ChannelAccounts,
    ChannelClientService,
    ChannelPageService,
    ChannelSenderService,
    {
      provide: SimulatedPhone,
      inject: [Environment],
      useFactory: async ({ WEIXIN_SIMULATOR_URL: url }: Environment) => {
        if (url === undefined) return undefined;
        // A deployment for the real WeChat does not load the simulator.
        const { SimulatorClient } = await import('weixin-simulator');
        return new SimulatedPhone(new SimulatorClient(new URL(url).origin));
      },
    },
  ],
})
export class ChannelModule {}
