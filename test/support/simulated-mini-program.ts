import type { ReceiverOptions, WeixinSimulator } from 'weixin-simulator';
import type { MiniProgramApi } from 'weixin-subscribe-client';

export type Answers = Parameters<WeixinSimulator['requestSubscribeMessage']>[0]['answers'];
export type Answer = Answers[string];

interface Callbacks {
  success(result: unknown): void;
  fail(error: unknown): void;
}

/** `wx` of a mini-program: the network is real, WeChat is the simulator, the storage is a map. */
export class SimulatedMiniProgram implements MiniProgramApi {
  /** How often the panel was asked for. */
  panels = 0;
  offline = false;
  /** So many requests reach the host, and their responses reach nobody. */
  loseResponses = 0;
  /** Every request gets this status from something before the host. */
  status: number | undefined;
  /** What the person does there. */
  inSettings: () => void = () => undefined;
  private answer: Answers | number | Error = {};
  private readonly storage = new Map<string, string>();

  constructor(
    private readonly simulator: WeixinSimulator,
    private readonly person: ReceiverOptions,
  ) {}

  /** What the person answers to the next panels: by template id, a fail code, or why there is no panel. */
  says(answer: Answers | number | Error): void {
    this.answer = answer;
  }

  request({ method, url, data, header, success, fail }: Callbacks & Record<string, string>): void {
    const headers = { 'Content-Type': 'application/json', ...(header as unknown as object) };
    void this.send(url, { method, headers, body: data && JSON.stringify(data) }).then(success, () =>
      fail({ errMsg: 'request:fail' }),
    );
  }

  /** With a promise beside the callbacks, as Taro does. */
  requestSubscribeMessage({ tmplIds, success, fail }: Callbacks & { tmplIds: string[] }): Promise<unknown> {
    this.panels++;
    const result = this.panel(tmplIds);
    if (/:ok$/.test(result.errMsg)) {
      success(result);
      return Promise.resolve(result);
    }
    fail(result);
    return Promise.reject(result);
  }

  getSetting({ success }: Callbacks): void {
    success({ authSetting: {}, subscriptionsSetting: this.simulator.subscriptionsSetting(this.person) });
  }

  openSetting({ success }: Callbacks): void {
    this.inSettings();
    success({});
  }

  getStorageSync(key: string): string {
    return this.storage.get(key) ?? '';
  }

  setStorageSync(key: string, value: string): void {
    this.storage.set(key, value);
  }

  private panel(templateIds: string[]): { errMsg: string } {
    if (this.answer instanceof Error) return { errMsg: this.answer.message };
    const { answer } = this;
    const fails = typeof answer === 'number';
    const answers = Object.fromEntries(
      templateIds.map((id) => [id, (fails ? undefined : answer[id]) ?? 'reject'] as const),
    );
    const fail = fails ? { fail: answer as never } : {};
    return this.simulator.requestSubscribeMessage({ ...this.person, answers, ...fail }).result;
  }

  private async send(url: string, init: object): Promise<{ statusCode: number; data: unknown }> {
    if (this.offline) throw new Error('offline');
    if (this.status !== undefined) return { statusCode: this.status, data: '' };
    const response = await fetch(url, init);
    const data = await response.json();
    if (this.loseResponses > 0 && url.endsWith('/results')) {
      this.loseResponses--;
      throw new Error('the connection was lost');
    }
    return { statusCode: response.status, data };
  }
}
