import { type WeixinSubscribeModuleOptions, WeixinTransport } from 'nestjs-weixin-subscribe';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { OFFICIAL } from './accounts.js';
import { createTestApp, type TestApp } from './create-test-app.js';
import { message, OFFICIAL_KEY } from './flows.js';
import { countBy } from './ledger.js';
import { createDatabase, type DatabaseKind, type TestDatabase } from './test-databases.js';

const SEND = '/cgi-bin/message/template/subscribe';

/** How the ledger stands, and what WeChat has seen. */
export interface Stand {
  messages: Record<string, number>;
  grants: Record<string, number>;
  posts: number;
  received: number;
}

export const UNTOUCHED: Stand = { messages: {}, grants: { available: 1 }, posts: 0, received: 0 };
export const SENT: Stand = { messages: { sent: 1 }, grants: { spent: 1 }, posts: 1, received: 1 };
/** Posted, and not recorded. */
export const UNSETTLED: Stand = { messages: { sending: 1 }, grants: { claimed: 1 }, posts: 1, received: 1 };
export const UNCLEAR: Stand = { messages: { unknown: 1 }, grants: { unknown: 1 }, posts: 1, received: 1 };

/**
 * A host with one permission and a token at hand: the next send claims, posts and settles, and asks the
 * database for nothing else. `outside` is a connection of somebody else's.
 */
export class OneSend {
  readonly openid: string;
  private constructor(
    readonly host: TestApp,
    readonly outside: DataSource,
    private readonly database: TestDatabase,
  ) {
    this.openid = host.simulator.openid('xiaoming', OFFICIAL.appId);
  }

  /** @param reach how the host reaches its database, where not directly */
  static async prepare(
    kind: DatabaseKind,
    {
      reach = (given) => given,
      options,
    }: {
      reach?: (given: DataSourceOptions) => DataSourceOptions;
      options?: Partial<WeixinSubscribeModuleOptions>;
    } = {},
  ): Promise<OneSend> {
    const database = await createDatabase(kind);
    const reached = { ...database, options: reach(database.options) };
    const host = await createTestApp({ shared: reached, options });
    const outside = await new DataSource(database.options).initialize();
    const ready = new OneSend(host, outside, database);
    await ready.confirm();
    await host.tokens.refreshAhead(OFFICIAL.appId);
    return ready;
  }

  async confirm(source = 'test:1'): Promise<void> {
    this.host.simulator.confirm({ appId: OFFICIAL.appId, openid: this.openid, scene: 1 });
    await this.host.grants.record({ ...OFFICIAL_KEY, openid: this.openid, scene: 1, source });
  }

  /** How the send ended: an outcome, or the code of the error. */
  async send(idempotencyKey?: string): Promise<{ end: string; error?: Error; messageId?: string }> {
    return this.host.subscribe.send({ ...message(this.openid, 1), idempotencyKey }).then(
      ({ status, id }) => ({ end: status, messageId: id }),
      (error) => ({ end: error.outcome ?? error.code, error, messageId: error.messageId }),
    );
  }

  /** Does something once the platform has answered the post, before that is recorded. */
  afterThePost(trouble: () => unknown): void {
    const transport = this.host.app.get(WeixinTransport, { strict: false });
    const send = transport.send.bind(transport);
    jest.spyOn(transport, 'send').mockImplementationOnce(async (request) => {
      const answer = await send(request);
      await trouble();
      return answer;
    });
  }

  async stand(): Promise<Stand> {
    return {
      messages: await countBy(this.outside, 'weixin_message'),
      grants: await countBy(this.outside, 'weixin_grant'),
      posts: this.host.simulator.counters().calls[SEND] ?? 0,
      received: this.host.simulator.inbox(this.openid).length,
    };
  }

  /** The lease runs out, and recovery comes. */
  async recover(): Promise<void> {
    this.host.clock.advance(61_000);
    await this.host.tasks.run('message-recovery');
  }

  async close(): Promise<void> {
    jest.restoreAllMocks();
    await this.host.close();
    await this.outside.destroy();
    await this.database.drop();
  }
}
