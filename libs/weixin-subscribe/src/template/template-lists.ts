import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.js';
import { LibraryLogger } from '../kernel/library-logger.js';
import { TemplateConfig } from './template.options.js';
import type { SubscribeTemplate } from './template.types.js';
import { TemplateApiClient } from './template-api.client.js';

/** After a failure the list from before serves that long, unless its own time is shorter. */
const PAUSE_MS = 30_000;

interface Kept {
  templates: ReadonlyMap<string, SubscribeTemplate>;
  since: number;
  /** Milliseconds from `since` in which WeChat is not asked. */
  lastsMs: number;
}

/** The templates of each account as WeChat listed them last, in the memory of this process. */
@Injectable()
export class TemplateLists {
  private readonly logger = new LibraryLogger(TemplateLists.name);
  private readonly kept = new Map<string, Kept>();
  /** Until when {@link warm} does not ask. */
  private readonly restless = new Map<string, number>();
  private readonly flights = new Map<string, Promise<Kept>>();
  private readonly lastsMs: number;

  constructor(
    private readonly api: TemplateApiClient,
    private readonly clock: Clock,
    config: TemplateConfig,
  ) {
    this.lastsMs = 1000 * config.cacheSeconds;
  }

  /** What is known, however old. */
  known(appId: string): ReadonlyMap<string, SubscribeTemplate> | undefined {
    return this.kept.get(appId)?.templates;
  }

  /** Asked once for all who want to know. When WeChat can not be asked, an old list serves. */
  async get(appId: string): Promise<ReadonlyMap<string, SubscribeTemplate>> {
    const kept = this.kept.get(appId);
    if (kept && this.isFresh(kept)) return kept.templates;
    return (await (this.flights.get(appId) ?? this.depart(appId))).templates;
  }

  /**
   * Sees to it, in the background, that the list is known and not old. Where WeChat can not be asked, at most
   * once in 30 s; without a list values are checked by their types alone.
   */
  warm(appId: string): void {
    const kept = this.kept.get(appId);
    const isCalm = (this.restless.get(appId) ?? 0) <= this.clock.now();
    if (this.flights.has(appId) || (kept && this.isFresh(kept)) || !isCalm) return;
    this.restless.set(appId, this.clock.now() + PAUSE_MS);
    this.get(appId).catch((error) => {
      const reason = (error as Error).message;
      this.logger.warn(`account ${appId}: its templates are not known: ${reason}`, { appId, reason });
    });
  }

  /**
   * Sees to it that the list is known, if it can be: waits for the first one, and never throws. Where WeChat
   * can not be asked, it waits for one call in 30 s.
   */
  async ready(appId: string): Promise<void> {
    if (this.kept.has(appId)) return;
    this.warm(appId);
    await this.flights.get(appId)?.catch(() => undefined);
  }

  /**
   * As {@link ready}, and waits for a new list where the one from before is old: a broadcast may be the first
   * that the account sends in a day.
   */
  async refreshed(appId: string): Promise<void> {
    // With an old list, this answers that one where WeChat can not be asked.
    if (this.kept.has(appId)) await this.get(appId);
    else await this.ready(appId);
  }

  /**
   * The account's templates were, or may have been, changed: an answer that is on its way now may be from
   * before.
   */
  changed(appId: string): void {
    this.flights.delete(appId);
    const kept = this.kept.get(appId);
    if (kept) this.kept.set(appId, { ...kept, lastsMs: 0 });
  }

  /** It is surely gone. */
  gone(appId: string, templateId: string): void {
    const kept = this.kept.get(appId);
    if (!kept) return;
    const templates = new Map(kept.templates);
    templates.delete(templateId);
    this.kept.set(appId, { ...kept, templates });
  }

  /** A clock that was put back does not make a list last for longer. */
  private isFresh({ since, lastsMs }: Kept): boolean {
    const age = this.clock.now() - since;
    return age >= 0 && age < lastsMs;
  }

  private depart(appId: string): Promise<Kept> {
    const isLatest = () => this.flights.get(appId) === flight;
    const flight: Promise<Kept> = this.ask(appId, isLatest).finally(() => {
      if (isLatest()) this.flights.delete(appId);
    });
    this.flights.set(appId, flight);
    return flight;
  }

  private async ask(appId: string, isLatest: () => boolean): Promise<Kept> {
    try {
      const list = await this.api.list(appId);
      const templates = new Map(list.map((template) => [template.templateId, template]));
      return this.keep(appId, { templates, since: this.clock.now(), lastsMs: this.lastsMs }, isLatest());
    } catch (error) {
      const old = this.kept.get(appId);
      if (!old) throw error;
      this.logger.warn(`account ${appId}: ${(error as Error).message}; the list from before serves`, {
        appId,
      });
      const lastsMs = Math.min(PAUSE_MS, this.lastsMs);
      return this.keep(appId, { ...old, since: this.clock.now(), lastsMs }, isLatest());
    }
  }

  private keep(appId: string, kept: Kept, isLatest: boolean): Kept {
    if (isLatest) this.kept.set(appId, kept);
    return kept;
  }
}
