import { type Advice, adviceFor } from './advice.js';
import type { Balance } from './balance.js';
import type { FrontEnd, HostRequest } from './front-end.js';
import { configureJsSdk, type JsSdk, type JsSdkConfig } from './js-sdk.js';
import { type AskOutcome, failureOf, resultsOf, type TemplateOutcome } from './outcome.js';
import { PendingReports } from './pending-reports.js';
import { readSettings, type SubscriptionSettings } from './settings.js';
import { problemOf, SubscribeClientError } from './subscribe-client.error.js';

/** So many templates WeChat asks for at once. */
const MOST_TEMPLATES = 5;

export interface SubscribeClientOptions {
  /**
   * Where the routes of the host are, for example `https://remind.example.com/weixin`. A page may say
   * `/weixin`.
   */
  baseUrl: string;
  /** Of the mini-program, or of the account whose page this is. */
  appId: string;
  frontEnd: FrontEnd;
  /** The session of the signed-in person, asked for before each request. */
  headers?: () => Record<string, string> | Promise<Record<string, string>>;
  /** @default 10_000 */
  timeoutMs?: number;
  /**
   * How long to wait before a report is tried again, in milliseconds; afterwards it is kept. @default [1000,
   * 3000]
   */
  retryDelaysMs?: readonly number[];
  /**
   * An intent that was prepared longer ago is replaced. Keep it below the host's `intentTtlSeconds`. @default
   * 240_000
   */
  intentMaxAgeMs?: number;
  /** Of what is kept in the front end's storage. @default 'weixin-subscribe' */
  storageKey?: string;
  /** For tests. @default Date.now */
  now?: () => number;
  /** For tests. @default setTimeout */
  wait?: (ms: number) => Promise<void>;
}

interface Intent {
  state: string;
}

/** What the link of the web flow leads to. */
export interface AuthorizeLink {
  templateId: string;
  /** One of the two. */
  scene?: number;
  purpose?: string;
  /** Must be allowed by the host. */
  returnTo?: string;
}

/**
 * Asks a person for subscription messages and reports to the host what they said.
 *
 * The report is written to the front end's storage before it is sent, and repeated until the host has it or
 * refuses it: a lost connection, a closed page or a host that restarts loses no grant. The host takes the
 * same report any number of times.
 */
export class SubscribeClient {
  private readonly prepared = new Map<string, { at: number; intent: Promise<Intent> }>();
  private readonly open = new Map<string, Promise<AskOutcome>>();
  private readonly pending: PendingReports;
  private flushing: Promise<void> | undefined;
  private readonly now: () => number;
  private readonly wait: (ms: number) => Promise<void>;

  /** @throws Error an option is missing */
  constructor(private readonly options: SubscribeClientOptions) {
    for (const name of ['baseUrl', 'appId', 'frontEnd'] as const)
      if (!options[name]) throw new Error(`SubscribeClient needs the option "${name}"`);
    this.now = options.now ?? Date.now;
    this.wait = options.wait ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms)));
    const key = `${options.storageKey ?? 'weixin-subscribe'}:${options.appId}`;
    this.pending = new PendingReports(options.frontEnd.storage, key, this.now);
  }

  /**
   * Creates the intent before the tap, and repeats reports that are still kept. Call it when the page is
   * shown.
   * @throws {SubscribeClientError} the host did not respond, or refused; `ask()` tries again by itself
   */
  async prepare(templateIds: readonly string[]): Promise<void> {
    const ids = checkTemplateIds(templateIds);
    void this.flush();
    await this.intentFor(ids);
  }

  /**
   * Shows WeChat's panel. Call it first thing in the handler of a tap (or in the callback of a payment): it
   * calls WeChat at once, whether or not the intent is there. A second call while the panel is open returns
   * the first one's outcome. Never rejects: see {@link AskOutcome}.
   * @throws Error at once, not as a rejection: no template, more than five, or a front end that has no panel
   */
  ask(templateIds: readonly string[]): Promise<AskOutcome> {
    const ids = checkTemplateIds(templateIds);
    const { frontEnd } = this.options;
    if (!frontEnd.ask)
      throw new Error('this front end has no panel: use bindOpenSubscribe(), or a link to authorizeUrl()');
    const key = keyOf(ids);
    const underWay = this.open.get(key);
    if (underWay) return underWay;
    const result = frontEnd.ask(ids);
    const outcome = this.finish(ids, result).then(
      (ended) => {
        this.open.delete(key);
        return ended;
      },
      (error) => {
        this.open.delete(key);
        throw error;
      },
    );
    this.open.set(key, outcome);
    return outcome;
  }

  /**
   * Takes the results of an element `<wx-open-subscribe template="…">` of a web page, and prepares the next
   * intent after each.
   * @returns stops listening
   */
  bindOpenSubscribe(
    element: EventTarget,
    templateIds: readonly string[],
    onOutcome: (outcome: AskOutcome) => void,
  ): () => void {
    const ids = checkTemplateIds(templateIds);
    const take = (event: Event) => {
      const { detail } = event as CustomEvent<object>;
      void this.finish(ids, Promise.resolve(detail ?? {})).then(onOutcome);
    };
    const names = ['success', 'error'];
    for (const name of names) element.addEventListener(name, take);
    this.prepare(ids).catch(() => undefined);
    return () => {
      for (const name of names) element.removeEventListener(name, take);
    };
  }

  /**
   * Runs `wx.config` for this page's address, as `<wx-open-subscribe>` needs it. The permission is bound to
   * the address: in a single-page application call it after every change of route.
   * @param url without its fragment; @default `location.href`
   * @throws {SubscribeClientError} the host did not respond, or does not sign for this address
   * @throws Error with WeChat's errMsg
   */
  async configureJsSdk(wx: JsSdk, url: string = location.href): Promise<void> {
    const { appId } = this.options;
    const query = queryOf({ appId, url: url.split('#')[0] });
    await configureJsSdk(wx, await this.call<JsSdkConfig>('GET', `/jssdk/config${query}`));
  }

  /**
   * What may still be sent to the signed-in person, so that the page knows when to ask again.
   * @param scene of one-time templates; @default all scenes
   * @throws {SubscribeClientError} the host did not respond, or does not know the person's openid (403)
   */
  balance(templateId: string, scene?: number): Promise<Balance> {
    const { appId } = this.options;
    return this.call('GET', `/balance${queryOf({ appId, templateId, scene })}`);
  }

  /** The link of the web flow of an official account; `readReturn()` reads what it came back with. */
  authorizeUrl(link: AuthorizeLink): string {
    const { appId } = this.options;
    return `${this.urlOf('/authorize')}${queryOf({ appId, ...link })}`;
  }

  /**
   * What the person chose in the settings.
   * @throws Error the front end cannot tell
   */
  async settings(templateIds: readonly string[]): Promise<SubscriptionSettings> {
    const ids = checkTemplateIds(templateIds);
    const { frontEnd } = this.options;
    if (!frontEnd.settings) throw new Error('this front end does not know the settings');
    return readSettings(await frontEnd.settings(), ids);
  }

  /** What to offer; `ask` where the front end cannot tell. `adviceText()` has a sentence for it. */
  async advice(templateIds: readonly string[]): Promise<Advice> {
    const ids = checkTemplateIds(templateIds);
    const settings = await this.settings(ids).catch(() => readSettings({}, ids));
    return adviceFor(settings);
  }

  /**
   * Opens the settings. Call it in the handler of a tap. Resolves with the advice afterwards.
   * @throws Error the front end has none, or the person was not let there
   */
  async openSettings(templateIds: readonly string[]): Promise<Advice> {
    const { frontEnd } = this.options;
    if (!frontEnd.openSettings) throw new Error('this front end has no settings');
    await frontEnd.openSettings();
    return this.advice(templateIds);
  }

  /** Repeats the reports that are kept. Never rejects. */
  flush(): Promise<void> {
    this.flushing ??= this.repeatAll().then(() => {
      this.flushing = undefined;
    });
    return this.flushing;
  }

  /** How many reports the host does not have yet. */
  get pendingCount(): number {
    return this.pending.list().length;
  }

  private async repeatAll(): Promise<void> {
    for (const report of this.pending.list()) {
      if (this.pending.isHeld(report)) continue;
      const { reported } = await this.send(report.id);
      // The others would meet the same.
      if (reported === 'later') return;
    }
  }

  private async finish(ids: string[], asked: Promise<object>): Promise<AskOutcome> {
    const intent = this.takeIntent(ids);
    // Both at once: without an intent that was prepared, the panel waits for no network.
    const [result, created] = await Promise.all([
      asked.then(withoutErrors, withoutErrors),
      intent.catch((error: SubscribeClientError) => error),
    ]);
    const end = await this.report(ids, result, created);
    this.intentFor(ids).catch(() => undefined);
    const results = { ...resultsOf(ids, result), ...end.results };
    const failure = failureOf(result);
    return {
      results,
      confirmed: ids.some((id) => results[id] === 'confirmed'),
      reported: end.reported,
      ...(failure && { failure }),
      ...(end.problem && { problem: end.problem }),
    };
  }

  private async report(
    templateIds: string[],
    result: object,
    created: Intent | SubscribeClientError,
  ): Promise<ReportEnd> {
    const isRefused = created instanceof SubscribeClientError;
    if (isRefused && !created.isTemporary) return { reported: 'no', problem: created.problem };
    const state = isRefused ? undefined : created.state;
    const { id } = this.pending.add({ state, templateIds, result });
    awaited.set(id, undefined);
    // The host has just failed to create an intent: that was the first attempt.
    let end: ReportEnd = isRefused ? { reported: 'later', problem: created.problem } : await this.send(id);
    for (const ms of this.options.retryDelaysMs ?? [1000, 3000]) {
      if (end.reported !== 'later') break;
      await this.wait(ms);
      end = await this.send(id);
    }
    awaited.delete(id);
    return end;
  }

  /** Also where another page has sent it meanwhile, or is about to. */
  private async send(id: string): Promise<ReportEnd> {
    try {
      const state = await this.stateOf(id);
      const report = this.pending.get(id);
      if (!report) return awaited.get(id) ?? { reported: 'yes' };
      if (state === undefined) return { reported: 'later' };
      const { results } = await this.call<{ results: Record<string, TemplateOutcome> }>(
        'POST',
        '/subscribe/results',
        { state, result: report.result },
      );
      return this.ended(id, { reported: 'yes', results });
    } catch (error) {
      const { isTemporary, problem } = error as SubscribeClientError;
      return isTemporary ? { reported: 'later', problem } : this.ended(id, { reported: 'no', problem });
    }
  }

  private ended(id: string, end: ReportEnd): ReportEnd {
    this.pending.remove(id);
    if (awaited.has(id)) awaited.set(id, end);
    return end;
  }

  /**
   * Of the intent that a kept report is sent under, created where it has none. Under two of them it would
   * be two accepts, so one page alone creates it. `undefined`: another one does, or the report is gone.
   */
  private async stateOf(id: string): Promise<string | undefined> {
    const report = this.pending.get(id);
    if (!report || this.pending.isHeld(report)) return undefined;
    if (report.state !== undefined) return report.state;
    this.pending.hold(report);
    let created: Intent;
    try {
      created = await this.createIntent(report.templateIds);
    } catch (error) {
      if (this.pending.get(id)) this.pending.put(report);
      throw error;
    }
    const now = this.pending.get(id);
    if (!now || now.state !== undefined) return now?.state;
    this.pending.put({ ...report, state: created.state });
    return created.state;
  }

  /** The one that was prepared, or one that is being created; not to be used again. */
  private takeIntent(ids: string[]): Promise<Intent> {
    const intent = this.intentFor(ids);
    this.prepared.delete(keyOf(ids));
    return intent;
  }

  private intentFor(ids: string[]): Promise<Intent> {
    const key = keyOf(ids);
    const known = this.prepared.get(key);
    if (known && this.now() - known.at < (this.options.intentMaxAgeMs ?? 240_000)) return known.intent;
    const intent = this.createIntent(ids);
    const entry = { at: this.now(), intent };
    this.prepared.set(key, entry);
    intent.catch(() => {
      if (this.prepared.get(key) === entry) this.prepared.delete(key);
    });
    return intent;
  }

  private createIntent(templateIds: string[]): Promise<Intent> {
    const { appId } = this.options;
    return this.call('POST', '/subscribe/intents', { appId, templateIds });
  }

  private async call<Body>(method: HostRequest['method'], path: string, body?: object): Promise<Body> {
    const { frontEnd, headers, timeoutMs = 10_000 } = this.options;
    const url = this.urlOf(path);
    const route = `${method} ${url.split('?')[0]}`;
    let response: Awaited<ReturnType<FrontEnd['request']>>;
    try {
      response = await frontEnd.request({ method, url, headers: (await headers?.()) ?? {}, body, timeoutMs });
    } catch (error) {
      const { message, errMsg } = (error ?? {}) as { message?: string; errMsg?: string };
      throw new SubscribeClientError(`${route} got no response: ${message ?? errMsg ?? 'unknown'}`);
    }
    if (response.status >= 200 && response.status < 300) return response.body as Body;
    const problem = problemOf(response);
    const reason = problem.code ?? problem.title ?? '';
    throw new SubscribeClientError(`${route} was refused: ${problem.status} ${reason}`.trim(), problem);
  }

  private urlOf(path: string): string {
    return `${this.options.baseUrl.replace(/\/+$/, '')}${path}`;
  }
}

/** What became of the reports that an `ask()` waits for, whichever page of this program sends them. */
const awaited = new Map<string, ReportEnd | undefined>();

type ReportEnd = Pick<AskOutcome, 'reported' | 'problem'> & { results?: Record<string, TemplateOutcome> };

/** As WeChat writes a failure; an Error has no member that JSON would show. */
function withoutErrors(result: unknown): object {
  if (typeof result === 'object' && result !== null && !(result instanceof Error)) return result;
  return {
    errMsg: `requestSubscribeMessage:fail ${result instanceof Error ? result.message : String(result)}`,
  };
}

function checkTemplateIds(templateIds: readonly string[]): string[] {
  const ids = templateIds.filter((id, at) => templateIds.indexOf(id) === at);
  if (ids.length === 0 || ids.length > MOST_TEMPLATES)
    throw new Error(`templateIds: one to ${MOST_TEMPLATES} different ids, not ${ids.length}`);
  return ids;
}

const keyOf = (ids: string[]) => [...ids].sort().join(' ');

/** Mini-programs have no URLSearchParams. */
function queryOf(parameters: object): string {
  const pairs = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return `?${pairs.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join('&')}`;
}
