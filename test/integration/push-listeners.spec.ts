import { Injectable, Module, Scope } from '@nestjs/common';
import { OnWeixinEvent, type PushEvent } from 'nestjs-weixin-subscribe';
import { createTestApp } from '../support/create-test-app.js';
import { push, pushAccounts, sentXml } from '../support/pushes.js';

const start = (provider: new () => object) => {
  @Module({ providers: [provider, { provide: 'alias', useExisting: provider }] })
  class HostModule {}
  return createTestApp({ imports: [HostModule], options: { accounts: pushAccounts() } });
};

it.each<[string, new () => object, string]>([
  [
    'a provider of request scope',
    (() => {
      @Injectable({ scope: Scope.REQUEST })
      class Scoped {
        @OnWeixinEvent('*')
        hear(): void {}
      }
      return Scoped;
    })(),
    '@OnWeixinEvent on Scoped.hear" must stand in a provider of default scope',
  ],
  [
    'a listener without a name',
    (() => {
      @Injectable()
      class Nameless {
        @OnWeixinEvent([])
        hear(): void {}
      }
      return Nameless;
    })(),
    '@OnWeixinEvent on Nameless.hear" must name an event, or "*"',
  ],
])('%s is refused when the host starts', async (_what, provider, says) => {
  await expect(start(provider)).rejects.toMatchObject({
    code: 'WEIXIN_INVALID_OPTIONS',
    message: expect.stringContaining(says),
  });
});

it('calls a listener once, on its own instance, also when an alias and a subclass know it', async () => {
  const received: [string, PushEvent][] = [];
  class Base {
    readonly name: string = 'base';
    @OnWeixinEvent('subscribe_msg_sent_event')
    hear(event: PushEvent): void {
      received.push([this.name, event]);
    }
    @OnWeixinEvent('another')
    other(event: PushEvent): void {
      received.push(['wrong', event]);
    }
  }
  @Injectable()
  class Sub extends Base {
    override readonly name = 'sub';
  }
  const host = await start(Sub);
  await push(host, sentXml());
  await host.tasks.run('push-events');
  expect(received.map(([name]) => name)).toEqual(['sub']);
  await host.close();
});
