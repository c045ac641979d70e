import 'reflect-metadata';
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

/** Status that each error has at the doors, and one of each to try. */
const ERRORS: Record<string, [status: number, code: string, example: WeixinSubscribeError]> = {
  InvalidInputError: [
    400,
    'WEIXIN_INVALID_INPUT',
    new library.InvalidInputError([{ field: 'a', message: 'a is wrong' }]),
  ],
  AccountKindError: [400, 'WEIXIN_ACCOUNT_KIND', new library.AccountKindError('of another kind')],
  ReturnToRefusedError: [400, 'WEIXIN_RETURN_TO_REFUSED', new library.ReturnToRefusedError('not allowed')],
  AnswerMismatchError: [400, 'WEIXIN_ANSWER_MISMATCH', new library.AnswerMismatchError('scene')],
  ServiceKeyError: [401, 'WEIXIN_SERVICE_KEY', new library.ServiceKeyError('no key')],
  ServiceForbiddenError: [
    403,
    'WEIXIN_SERVICE_FORBIDDEN',
    new library.ServiceForbiddenError('may not', 'Ask for it.'),
  ],
  OpenidUnknownError: [403, 'WEIXIN_OPENID_UNKNOWN', new library.OpenidUnknownError('wx1')],
  StateUnknownError: [403, 'WEIXIN_STATE_UNKNOWN', new library.StateUnknownError()],
  StateForeignError: [403, 'WEIXIN_STATE_FOREIGN', new library.StateForeignError('another browser')],
  PushRefusedError: [403, 'WEIXIN_PUSH_REFUSED', new library.PushRefusedError('signature is wrong')],
  PushNotConfiguredError: [404, 'WEIXIN_PUSH_NOT_CONFIGURED', new library.PushNotConfiguredError('wx1')],
  PushTooLargeError: [413, 'WEIXIN_PUSH_TOO_LARGE', new library.PushTooLargeError(65_535)],
  UnknownAccountError: [404, 'WEIXIN_UNKNOWN_ACCOUNT', new library.UnknownAccountError('wx1')],
  UnknownTemplateError: [404, 'WEIXIN_UNKNOWN_TEMPLATE', new library.UnknownTemplateError('wx1', 'T1')],
  PurposeUnknownError: [
    404,
    'WEIXIN_PURPOSE_UNKNOWN',
    new library.PurposeUnknownError({ appId: 'wx1', templateId: 'T1', purpose: 'class:42' }),
  ],
  MessageNotFoundError: [404, 'WEIXIN_MESSAGE_NOT_FOUND', new library.MessageNotFoundError('m1')],
  BroadcastNotFoundError: [404, 'WEIXIN_BROADCAST_NOT_FOUND', new library.BroadcastNotFoundError('b1')],
  UnknownRendererError: [404, 'WEIXIN_UNKNOWN_RENDERER', new library.UnknownRendererError('reminder', [])],
  NoGrantError: [409, 'WEIXIN_NO_GRANT', new library.NoGrantError(key)],
  StateReusedError: [409, 'WEIXIN_STATE_REUSED', new library.StateReusedError()],
  IdempotencyKeyReusedError: [
    409,
    'WEIXIN_IDEMPOTENCY_KEY_REUSED',
    new library.IdempotencyKeyReusedError('k', 'm1'),
  ],
  MessageInFlightError: [409, 'WEIXIN_MESSAGE_IN_FLIGHT', new library.MessageInFlightError('m1')],
  MessageNotUnknownError: [
    409,
    'WEIXIN_MESSAGE_NOT_UNKNOWN',
    new library.MessageNotUnknownError('m1', 'sent'),
  ],
  ScenesExhaustedError: [
    409,
    'WEIXIN_SCENES_EXHAUSTED',
    new library.ScenesExhaustedError('wx1', 'T1', { from: 0, to: 10_000 }),
  ],
  MessageNotWaitingError: [
    409,
    'WEIXIN_MESSAGE_NOT_WAITING',
    new library.MessageNotWaitingError('m1', 'sent'),
  ],
  BroadcastStateError: [
    409,
    'WEIXIN_BROADCAST_STATE',
    new library.BroadcastStateError('b1', 'paused', 'paused'),
  ],
  BroadcastIntakeBusyError: [409, 'WEIXIN_BROADCAST_INTAKE_BUSY', new library.BroadcastIntakeBusyError('b1')],
  BroadcastKeyReusedError: [
    409,
    'WEIXIN_BROADCAST_KEY_REUSED',
    new library.BroadcastKeyReusedError('k', 'b1'),
  ],
  StateExpiredError: [410, 'WEIXIN_STATE_EXPIRED', new library.StateExpiredError(new Date(0))],
  MessageRefusedError: [
    422,
    'WEIXIN_MESSAGE_REFUSED',
    new library.MessageRefusedError(record('refused', 43101), 'was refused'),
  ],
  RateLimitedError: [429, 'WEIXIN_RATE_LIMITED', new library.RateLimitedError(7)],
  TemplateRefusedError: [
    502,
    'WEIXIN_TEMPLATE_REFUSED',
    new library.TemplateRefusedError('add a template', verdict(40001)),
  ],
  TemplateUnansweredError: [
    502,
    'WEIXIN_TEMPLATE_UNANSWERED',
    new library.TemplateUnansweredError('add a template', 'HTTP 502 with an empty body', true),
  ],
  MessageFailedError: [
    502,
    'WEIXIN_MESSAGE_FAILED',
    new library.MessageFailedError(record('failed', 48001), 'was not sent'),
  ],
  MessageUnknownError: [
    502,
    'WEIXIN_MESSAGE_UNKNOWN',
    new library.MessageUnknownError(record('unknown'), 'is unknown'),
  ],
  TokenUnavailableError: [
    503,
    'WEIXIN_TOKEN_UNAVAILABLE',
    new library.TokenUnavailableError('no token', verdict(40001)),
  ],
  SendingPausedError: [
    503,
    'WEIXIN_SENDING_PAUSED',
    new library.SendingPausedError('wx1', '/cgi-bin/message/template/subscribe', 60, 'errcode 45009'),
  ],
  DatabaseError: [503, 'WEIXIN_DATABASE', new library.DatabaseError('away', true)],
  // Thrown while the module starts; nobody asks over HTTP then. Should it ever reach a door, its text names options and stays inside.
  InvalidOptionsError: [
    500,
    'WEIXIN_INTERNAL',
    new library.InvalidOptionsError([{ option: 'accounts', message: 'is wrong' }]),
  ],
};

const ABSTRACT = ['WeixinSubscribeError', 'WeixinApiError', 'MessageOutcomeError'];

const exported = Object.entries(library)
  .filter(([, value]) => typeof value === 'function' && value.prototype instanceof WeixinSubscribeError)
  .map(([name]) => name)
  .filter((name) => !ABSTRACT.includes(name));

describe('every exported error', () => {
  it('has its row here', () => {
    expect(Object.keys(ERRORS).sort()).toEqual(exported.sort());
  });

  it.each(Object.entries(ERRORS))('%s has a code and a status of its own', (name, [status, code, error]) => {
    expect(error.name).toBe(name);
    expect(error.code).toMatch(/^WEIXIN_[A-Z_]+$/);
    const problem = toProblem(error);
    expect(problem).toMatchObject({
      status,
      code,
      type: expect.stringMatching(/^urn:weixin-subscribe:problem:[a-z-]+$/),
    });
    if (name !== 'InvalidOptionsError')
      expect(problem).toMatchObject({ code: error.code, detail: error.message });
  });

  it('shares its code with no other', () => {
    const codes = Object.values(ERRORS).map(([, , { code }]) => code);
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
  });

  it.each(Object.entries(ERRORS))('%s says in words what is wrong', (_name, [, , error]) => {
    expect(error.message).not.toMatch(/undefined|null|NaN|\[object/);
    if (error.remedy !== undefined) expect(error.remedy).toMatch(/^[A-Z].*\.$/);
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
