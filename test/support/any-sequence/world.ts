import {
  type WeixinHttpRequest,
  type WeixinHttpResponse,
  WeixinTransport,
  WeixinTransportError,
} from 'nestjs-weixin-subscribe';
import { createTestApp, type TestApp } from '../create-test-app.js';
import { DirectPlatform, UNREACHED } from '../direct-platform.js';
import { message, OFFICIAL_KEY } from '../flows.js';
import { type LedgerRows, ledgerReader } from './ledger-rows.js';
import { type Fate, personOf, sceneOf } from './steps.js';

const SEND = '/cgi-bin/message/template/subscribe';
const PEOPLE = ['xiaoming', 'xiaohong'];
const REFUSALS: Partial<Record<Fate, number>> = {
  wrong: 47001,
  refused: 43004,
  'openid-unusable': 40003,
  'system-error': -1,
};

/** A process that stands still at its post. */
interface Standstill {
  number: number;
  goOn: () => void;
  sending: Promise<string>;
}

/**
 * The real library on an in-memory SQLite, the real platform without HTTP, one clock, and whatever happens to
 * posts.
 */
export class World {
  readonly standstills: Standstill[] = [];
  /** Of the sends under way, by their numbers. */
  private readonly fates = new Map<number, { fate: Fate; stands: (goOn: () => void) => void }>();

  readonly ledger: () => LedgerRows;

  private constructor(
    readonly host: TestApp,
    readonly platform: DirectPlatform,
  ) {
    this.ledger = ledgerReader(host);
  }

  static async start(): Promise<World> {
    const memory = {
      options: { type: 'better-sqlite3', database: ':memory:' } as const,
      drop: async () => {},
    };
    const host = await createTestApp({ shared: memory, options: UNREACHED });
    const world = new World(host, new DirectPlatform(PEOPLE, host.clock.now()));
    const transport = host.app.get(WeixinTransport, { strict: false });
    jest.spyOn(transport, 'send').mockImplementation((request) => world.carry(request));
    return world;
  }

  close(): Promise<void> {
    return this.host.close();
  }

  now(): number {
    return this.host.clock.now();
  }

  pass(ms: number): void {
    this.host.clock.advance(ms);
    this.platform.control.advance(ms);
  }

  openid(key: number): string {
    return this.platform.control.openid(PEOPLE[personOf(key)], OFFICIAL_KEY.appId);
  }

  tap(key: number, answer: 'confirm' | 'cancel'): void {
    const question = { appId: OFFICIAL_KEY.appId, openid: this.openid(key), scene: sceneOf(key) };
    this.platform.control[answer](question);
  }

  record(source: string, key: number, expiresAt?: Date): Promise<'recorded' | 'paired' | 'duplicate'> {
    const grant = { ...OFFICIAL_KEY, openid: this.openid(key), scene: sceneOf(key), source, expiresAt };
    return this.host.grants.record(grant);
  }

  /** Sends, and answers what the caller was told: an outcome, an error's code, or `standstill`. */
  async send(number: number, key: number, fate: Fate): Promise<string> {
    const standing = new Promise<() => void>((stands) => this.fates.set(number, { fate, stands }));
    const content = { ...message(this.openid(key), sceneOf(key)), content: { value: String(number) } };
    const sending: Promise<string> = this.host.subscribe.send(content).then(
      ({ status }) => status,
      (error) => error.outcome ?? error.code ?? String(error),
    );
    const first = await Promise.race([sending, standing]);
    this.fates.delete(number);
    if (typeof first === 'string') return first;
    this.standstills.push({ number, goOn: first, sending });
    return 'standstill';
  }

  /** Lets a process go on; answers what its caller is told. */
  async wake(standstill: Standstill): Promise<string> {
    this.standstills.splice(this.standstills.indexOf(standstill), 1);
    standstill.goOn();
    return standstill.sending;
  }

  /** Nothing is left of it, and nobody sends any more. */
  async clear(): Promise<void> {
    for (const table of ['weixin_message', 'weixin_live_grant', 'weixin_grant'])
      await this.host.dataSource.query(`DELETE FROM ${table}`);
    for (const standstill of [...this.standstills]) await this.wake(standstill);
    this.platform.forgetPeople();
  }

  private async carry(request: WeixinHttpRequest): Promise<WeixinHttpResponse> {
    if (request.path !== SEND) return this.platform.call(request);
    const number = Number(JSON.parse(String(request.body)).data.content.value);
    const { fate, stands } = this.fates.get(number) as { fate: Fate; stands: (goOn: () => void) => void };
    const errcode = REFUSALS[fate];
    if (errcode !== undefined) return { status: 200, body: JSON.stringify({ errcode, errmsg: 'as told' }) };
    const answer = fate.endsWith('-before') ? undefined : this.platform.call(request);
    if (fate.startsWith('crash')) await new Promise<void>(stands);
    if (answer && !fate.startsWith('lost')) return answer;
    throw new WeixinTransportError('the platform gave no usable answer (ECONNRESET)', false);
  }
}
