import 'reflect-metadata';
import { STATUS_CODES } from 'node:http';
import { inspect } from 'node:util';
import type { MessageRecord } from './delivery/ledger/message.types.js';
import { toProblem } from './http/problem-details.js';
import * as library from './index.js';
import { errcodeFacts, WeixinSubscribeError } from './index.js';

const key = { appId: 'wx1', openid: 'o1', templateId: 'T1', scene: 1 };
const record = (status: MessageRecord['status'], errcode?: number): MessageRecord => ({
  ...key,
  id: 'm1',
  channel: 'one-time',
  status,
  contentDigest: '',
  errcode,
  errmsg: errcode === undefined ? undefined : 'said',
  acceptedAt: new Date(0),
  attempts: 1,
  resends: 0,
});
const verdict = (errcode: number) => ({
  errcode,
  errmsg: 'said',
  rid: 'r',
  facts: errcodeFacts(errcode, 'token'),
});

const CARD: library.CardRecord = {
  ...{ id: 'c1', appId: 'wx1', openid: 'o1', notifyType: 2001, status: 'active', version: 1 },
  ...{ createdAt: new Date(0), expiresAt: new Date(0) },
};
const cardUpdate = (status: library.CardUpdateStatus, errcode?: number): library.CardUpdateRecord => ({
  ...{ id: 'u1', cardId: 'c1', seq: 1, kind: 'state', status, attempts: 1, errcode },
  ...{ contentDigest: '', acceptedAt: new Date(0), errmsg: errcode === undefined ? undefined : 'said' },
});

/** One of each class. */
const EXAMPLES: WeixinSubscribeError[] = [
  new library.InvalidInputError([{ field: 'a', message: 'a is wrong' }]),
  new library.AccountKindError('of another kind'),
  new library.ReturnToRefusedError('not allowed'),
  new library.OpenidUnprovenError(),
  new library.SnapshotUserError(),
  new library.LoginCodeRefusedError('refused'),
  new library.LoginUnavailableError('no answer'),
  new library.JssdkUrlRefusedError('not of ours'),
  new library.AnswerMismatchError('scene'),
  new library.ServiceKeyError('no key'),
  new library.ServiceForbiddenError('may not', 'Ask for it.'),
  new library.OpenidUnknownError('wx1'),
  new library.StateUnknownError(),
  new library.StateForeignError('another browser'),
  new library.PushRefusedError('signature is wrong'),
  new library.PushEventNotFoundError('e1'),
  new library.PushEventNotFailedError('e1'),
  new library.PushNotConfiguredError('wx1'),
  new library.PushTooLargeError(65_535),
  new library.UnknownAccountError('wx1'),
  new library.AccountDisabledError('wx1'),
  new library.AccountNotAuthorizedError('wx1', 'taken back'),
  new library.AuthorizationCodeRefusedError('refused'),
  new library.ComponentNotConfiguredError(),
  new library.ComponentUnavailableError('away'),
  new library.AccountsUnavailableError(),
  new library.AccountExistsError('wx1'),
  new library.AccountNotEditableError('account wx1 stands in the options'),
  new library.UnknownTemplateError('wx1', 'T1'),
  new library.PurposeUnknownError({ appId: 'wx1', templateId: 'T1', purpose: 'class:42' }),
  new library.MessageNotFoundError('m1'),
  new library.BroadcastNotFoundError('b1'),
  new library.RecurringBroadcastNotFoundError('r1'),
  new library.RecurringBroadcastStateError('r1', 'paused', 'paused'),
  new library.RecurringBroadcastNameTakenError('每日提醒', 'r1'),
  new library.UnknownRendererError('reminder', []),
  new library.NoGrantError(key),
  new library.StateReusedError(),
  new library.IdempotencyKeyReusedError('k', 'm1'),
  new library.MessageInFlightError('m1'),
  new library.MessageNotUnknownError('m1', 'sent'),
  new library.ScenesExhaustedError('wx1', 'T1', { from: 0, to: 10_000 }),
  new library.MessageNotWaitingError('m1', 'sent'),
  new library.MessageNotResendableError('m1', 'WeChat has accepted it'),
  new library.BroadcastStateError('b1', 'paused', 'paused'),
  new library.BroadcastIntakeBusyError('b1'),
  new library.BroadcastKeyReusedError('k', 'b1'),
  new library.StateExpiredError(new Date(0)),
  new library.MessageRefusedError(record('refused', 43101), 'was refused'),
  new library.RateLimitedError(7),
  new library.TemplateRefusedError('add a template', verdict(40001)),
  new library.TemplateUnansweredError('add a template', 'HTTP 502 with an empty body', true),
  new library.MessageFailedError(record('failed', 48001), 'was not sent'),
  new library.MessageUnknownError(record('unknown'), 'is unknown'),
  new library.NoAccessTokenError('wx1'),
  new library.TokenUnavailableError('no token', verdict(40001)),
  new library.SendingPausedError(
    { appId: 'wx1', path: '/cgi-bin/message/template/subscribe', reason: 'errcode 45009' },
    60,
  ),
  new library.CardNotFoundError('c1'),
  new library.CardCodeUsedError('c1'),
  new library.CardStateError({ notifyType: 2001 }, undefined, 1, 'begins with 0'),
  new library.CardEndedError('c1', 'expired'),
  new library.CardBusyError('c1', 60),
  new library.CardRefusedError(CARD, cardUpdate('refused', 43101), 'was refused by WeChat'),
  new library.CardFailedError(CARD, cardUpdate('failed', 48001), 'was not stored'),
  new library.CardUnknownError(CARD, cardUpdate('unknown'), 'has an unknown outcome'),
  new library.CardStandingError('c1', 'HTTP 502 with an empty body'),
  new library.DatabaseError('away', true),
  new library.InvalidOptionsError([{ option: 'accounts', message: 'is wrong' }]),
];

const ABSTRACT = ['WeixinSubscribeError', 'WeixinApiError', 'MessageOutcomeError', 'CardUpdateError'];

const exported = Object.entries(library)
  .filter(([, value]) => typeof value === 'function' && value.prototype instanceof WeixinSubscribeError)
  .map(([name]) => name)
  .filter((name) => !ABSTRACT.includes(name));

const NAMED = EXAMPLES.map((error) => [error.name, error] as const);
const isInternal = (error: WeixinSubscribeError) => error instanceof library.InvalidOptionsError;

// The statuses themselves stand in docs/en/errors.md, which test/docs/errors-page.spec.ts holds against the
// classes.
describe('every exported error', () => {
  it('has its example here', () => {
    expect(NAMED.map(([name]) => name).sort()).toEqual(exported.sort());
  });

  it.each(NAMED)('%s has a code, a status and a title of its own', (name, error) => {
    const { code, status, title } = error.problem;
    expect(error.constructor.name).toBe(name);
    expect(Object.hasOwn(error.constructor, 'problem')).toBe(true);
    expect(error.code).toBe(code);
    expect(code).toMatch(/^WEIXIN_[A-Z_]+$/);
    if (isInternal(error)) return;
    expect(STATUS_CODES[status ?? 0]).toBeDefined();
    expect(title).toMatch(/^[A-Z].*[^.]$/);
  });

  it.each(NAMED.filter(([, error]) => !isInternal(error)))('%s is shown as it says of itself', (_, error) => {
    expect(toProblem(error)).toMatchObject({
      status: error.httpStatus,
      code: error.code,
      title: error.problem.title,
      detail: error.message,
      type: expect.stringMatching(/^urn:weixin-subscribe:problem:[a-z-]+$/),
    });
  });

  it.each(NAMED)('%s has no member that is undefined: a log prints it', (_name, error) => {
    const empty = Object.entries(Object.getOwnPropertyDescriptors(error)).filter(
      ([, { value, get }]) => value === undefined && !get,
    );
    expect(empty.map(([name]) => name)).toEqual([]);
    expect(inspect(error)).not.toMatch(/: undefined/);
  });

  it('shares its code with no other', () => {
    const codes = EXAMPLES.map(({ code }) => code);
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
  });

  it.each(NAMED)('%s says in words what is wrong', (_name, error) => {
    expect(error.message).not.toMatch(/undefined|null|NaN|\[object/);
    if (error.remedy !== undefined) expect(error.remedy).toMatch(/^[A-Z].*\.$/);
  });
});

describe('an error that is not declared harmless', () => {
  class PrivateError extends WeixinSubscribeError {
    static override readonly problem = { code: 'WEIXIN_PRIVATE', remedy: 'password=hunter2' };
  }

  it.each([
    // Thrown while the module starts; nobody asks over HTTP then. Should it ever reach a route, its text
    // names options and stays inside.
    new library.InvalidOptionsError([{ option: 'accounts', message: 'is wrong' }]),
    new PrivateError('password=hunter2'),
  ])('is internal: %p', (error) => {
    expect(toProblem(error)).toEqual(toProblem(new Error('of somebody else')));
    expect(toProblem(error)).toMatchObject({ status: 500, code: 'WEIXIN_INTERNAL' });
  });
});

describe('what a problem tells beside its status', () => {
  it('which fields are wrong', () => {
    const errors = [{ field: 'scene', message: 'scene must be …' }];
    expect(toProblem(new library.InvalidInputError(errors))).toMatchObject({ errors });
  });

  it('what WeChat said, and which message it was about', () => {
    expect(toProblem(new library.MessageRefusedError(record('refused', 43101), 'was refused'))).toMatchObject(
      {
        errcode: 43101,
        errmsg: 'said',
        messageId: 'm1',
        outcome: 'refused',
        remedy: errcodeFacts(43101).remedy.en,
      },
    );
  });

  it('when to come back', () => {
    expect(toProblem(new library.RateLimitedError(7))).toMatchObject({ retryAfterSeconds: 7 });
  });

  it.each([
    [47001, 422, 'its content is wrong'],
    [45009, 503, 'the quota is used up'],
    [45011, 503, 'the platform is busy'],
    [48001, 502, 'the account lacks the right'],
    [40001, 502, 'the token was refused twice'],
  ])('of a failed message with errcode %i: status %i, since %s', (errcode, status) => {
    const error = new library.MessageFailedError(record('failed', errcode), 'was not sent');
    expect(toProblem(error)).toMatchObject({ status, errcode });
  });

  it('a database that refused a statement is our fault, one that is away is not', () => {
    expect(toProblem(new library.DatabaseError('refused', false)).status).toBe(500);
    expect(toProblem(new library.DatabaseError('away', true)).status).toBe(503);
  });
});
