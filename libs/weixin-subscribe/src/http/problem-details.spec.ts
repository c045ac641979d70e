import {
  BadRequestException,
  ForbiddenException,
  HttpException,
  InternalServerErrorException,
  NotFoundException,
  PayloadTooLargeException,
  UnauthorizedException,
} from '@nestjs/common';
import { InvalidInputError } from '../kernel/errors.js';
import { toProblem } from './problem-details.js';

describe('a problem made of what the host or Nest threw', () => {
  it.each([
    [new UnauthorizedException('sign in first'), 401, 'Unauthorized', 'sign in first'],
    [new ForbiddenException(), 403, 'Forbidden', 'Forbidden'],
    [new NotFoundException('Cannot GET /x'), 404, 'Not Found', 'Cannot GET /x'],
    [new PayloadTooLargeException(), 413, 'Payload Too Large', 'Payload Too Large'],
    [
      new HttpException('request entity too large', 413),
      413,
      'Payload Too Large',
      'request entity too large',
    ],
    [new HttpException('short and stout', 418), 418, "I'm a Teapot", 'short and stout'],
    [new HttpException({ message: 'as an object' }, 400), 400, 'Bad Request', 'as an object'],
    [new BadRequestException(['a must be b', 'c must be d']), 400, 'Bad Request', 'a must be b; c must be d'],
    [new HttpException('of no known status', 499), 499, 'Error', 'of no known status'],
  ])('%p keeps its status, and says why', (error, status, title, detail) => {
    expect(toProblem(error)).toEqual({
      type: `urn:weixin-subscribe:problem:http-${status}`,
      title,
      status,
      detail,
      code: `HTTP_${status}`,
    });
  });

  it('hides the state in an address that leads nowhere', () => {
    const { detail } = toProblem(new NotFoundException('Cannot GET /weixin/callbac?scene=1&reserved=S3CR3T'));
    expect(detail).toBe('Cannot GET /weixin/callbac?scene=1&reserved=[redacted]');
  });

  it('shows no piece of a body that is not JSON', () => {
    const cause = new SyntaxError('Unexpected token S, ..."served":S3CR3T" is not valid JSON');
    expect(toProblem(new BadRequestException(cause.message, { cause })).detail).toBe(
      'the body is not valid JSON',
    );
  });

  it.each([
    [`Unexpected token 'S', ..."served":S3CR3T" is not valid JSON`],
    ['Expected double-quoted property name in JSON at position 48'],
    ['Unterminated string in JSON at position 25 (line 1 column 26)'],
    ['Unexpected non-whitespace character after JSON at position 2'],
    ['Unexpected end of JSON input'],
    ["Body is not valid JSON but content-type is set to 'application/json'"],
  ])("shows none of the parser's words where Nest 11 keeps no cause: %s", (message) => {
    expect(toProblem(new BadRequestException(message)).detail).toBe('the body is not valid JSON');
  });

  it("says what a client may know of an error that Express's parser made", () => {
    const error = Object.assign(new Error('request entity too large'), { statusCode: 413, expose: true });
    expect(toProblem(error)).toMatchObject({
      status: 413,
      title: 'Payload Too Large',
      detail: 'request entity too large',
      code: 'HTTP_413',
    });
  });

  it.each([
    { statusCode: 413, expose: false },
    { statusCode: 413 },
    { statusCode: 500, expose: true },
    { expose: true },
  ])('tells nothing of an error with %j', (members) => {
    expect(toProblem(Object.assign(new Error('password=hunter2'), members)).status).toBe(500);
  });

  it('keeps the words of a fault inside', () => {
    const { status, detail } = toProblem(new InternalServerErrorException('password=hunter2'));
    expect({ status, detail }).toEqual({ status: 500, detail: 'The error was logged.' });
  });
});

describe('a problem made of anything else', () => {
  it.each([
    new Error('password=hunter2'),
    new TypeError('x is not a function'),
    'text',
    undefined,
    null,
    5,
    { code: 'WEIXIN_DATABASE' },
  ])('tells nothing of %p', (thrown) => {
    expect(toProblem(thrown)).toEqual({
      type: 'urn:weixin-subscribe:problem:internal',
      title: 'Something went wrong on our side',
      status: 500,
      detail: 'The error was logged.',
      code: 'WEIXIN_INTERNAL',
    });
  });
});

it('has no member that is absent when it is written down', () => {
  const written = JSON.parse(
    JSON.stringify(toProblem(new InvalidInputError([{ field: 'a', message: 'a is wrong' }]))),
  );
  expect(Object.keys(written).sort()).toEqual(['code', 'detail', 'errors', 'status', 'title', 'type']);
});
