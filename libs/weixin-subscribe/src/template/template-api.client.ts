import { Injectable } from '@nestjs/common';
import { Accounts } from '../account/accounts.js';
import { AuthorizedApiClient, type AuthorizedCall } from '../token/authorized-api.client.js';
import { verdictOf } from '../weixin/weixin-api.errors.js';
import { TemplateRefusedError, TemplateUnansweredError } from './template.errors.js';
import type { PublicKeyword, PublicTitles, SubscribeTemplate, TemplateCategory } from './template.types.js';
import {
  rows,
  text,
  toCategory,
  toKeyword,
  toTemplate,
  toTitle,
  UnreadableAnswer,
  whole,
} from './template-wire.js';

/** The `type` of a template that one accept is enough for (docs/platform.md §6.2). */
const LONG_TERM = 3;
const PATH = '/wxaapi/newtmpl/';

type Body = Record<string, unknown>;

/**
 * `wxaapi/newtmpl/*` (docs/platform.md §6.2). Each call is made once, and once more with a new access_token
 * where WeChat refused the first. All of them throw {@link TemplateRefusedError},
 * {@link TemplateUnansweredError} and what a token may lack.
 */
@Injectable()
export class TemplateApiClient {
  constructor(
    private readonly api: AuthorizedApiClient,
    private readonly accounts: Accounts,
  ) {}

  /** The account's templates; the process knows from then on which of them are long-term. */
  async list(appId: string): Promise<SubscribeTemplate[]> {
    const listed = await this.get(appId, 'list the templates', 'gettemplate', {}, ({ data }) =>
      rows(data, toTemplate),
    );
    const longTerm = listed.filter(({ type }) => type === LONG_TERM).map(({ templateId }) => templateId);
    this.accounts.noteLongTerm(appId, longTerm);
    return listed;
  }

  categories(appId: string): Promise<TemplateCategory[]> {
    return this.get(appId, 'list the categories', 'getcategory', {}, ({ data }) => rows(data, toCategory));
  }

  titles(appId: string, ids: number[], start: number, limit: number): Promise<PublicTitles> {
    const query = { ids: ids.join(','), start: String(start), limit: String(limit) };
    return this.get(appId, 'list public titles', 'getpubtemplatetitles', query, (body) => ({
      count: whole(body, 'count'),
      titles: rows(body.data, toTitle),
    }));
  }

  keywords(appId: string, tid: number): Promise<PublicKeyword[]> {
    const query = { tid: String(tid) };
    return this.get(appId, 'list public keywords', 'getpubtemplatekeywords', query, ({ data }) =>
      rows(data, toKeyword),
    );
  }

  /** @returns the id of the new template */
  add(appId: string, tid: number, kidList: number[], sceneDesc: string | undefined): Promise<string> {
    return this.post(
      appId,
      'add a template',
      'addtemplate',
      { tid: String(tid), kidList, sceneDesc },
      (body) => text(body, 'priTmplId'),
    );
  }

  delete(appId: string, templateId: string): Promise<void> {
    return this.post(appId, 'delete a template', 'deltemplate', { priTmplId: templateId }, () => undefined);
  }

  private get<T>(
    appId: string,
    what: string,
    name: string,
    query: Record<string, string>,
    read: (body: Body) => T,
  ): Promise<T> {
    return this.ask(appId, what, { method: 'GET', path: PATH + name, query }, read);
  }

  private post<T>(
    appId: string,
    what: string,
    name: string,
    body: object,
    read: (body: Body) => T,
  ): Promise<T> {
    return this.ask(appId, what, { method: 'POST', path: PATH + name, body: JSON.stringify(body) }, read);
  }

  private async ask<T>(
    appId: string,
    what: string,
    call: AuthorizedCall,
    read: (body: Body) => T,
  ): Promise<T> {
    const answer = await this.api.call(appId, call);
    const verdict = verdictOf(answer);
    if (answer.kind !== 'answered' || !verdict)
      throw new TemplateUnansweredError(what, reasonOf(answer), answer.kind !== 'not-sent');
    if (verdict.facts.errclass !== 'ok') throw new TemplateRefusedError(what, verdict);
    try {
      return read(answer.envelope.body);
    } catch (error) {
      if (error instanceof UnreadableAnswer) throw new TemplateUnansweredError(what, error.message, true);
      throw error;
    }
  }
}

const reasonOf = (answer: object) => ('reason' in answer ? String(answer.reason) : '');
