import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { formatLogs, LibraryLogger } from './library-logger.js';

const FORGED = 'errcode 40001 bad\n[Nest] 1  - ERROR forged\u001b[2K';
const ESCAPED = 'errcode 40001 bad\\n[Nest] 1  - ERROR forged\\u001b[2K';
const SOURCE = join(__dirname, '..');

describe('LibraryLogger', () => {
  afterEach(() => {
    jest.restoreAllMocks();
    formatLogs(undefined);
  });

  it.each(['log', 'warn', 'error', 'debug', 'verbose', 'fatal'] as const)('%s writes one line', (level) => {
    const written = jest.spyOn(Logger.prototype, level).mockImplementation(() => undefined);
    new LibraryLogger('Test')[level](FORGED);
    expect(written.mock.calls).toEqual([[ESCAPED]]);
  });

  it('keeps the frames of a stack apart, and nothing else', () => {
    const written = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const frames = ['    at send (/app/a.js:1:2)', '    at /app/b.js:3:4'];
    new LibraryLogger('Test').error(
      'failed',
      [`Error: ${FORGED}`, frames[0], '[Nest] forged', frames[1]].join('\n'),
    );
    expect(written.mock.calls).toEqual([['failed', [`Error: ${ESCAPED}`, ...frames].join('\n')]]);
  });

  it.each(['log', 'warn', 'error', 'debug', 'verbose', 'fatal'] as const)(
    '%s hands what it is about to a host that asked for it, on one line as well',
    (level) => {
      const written = jest.spyOn(Logger.prototype, level).mockImplementation(() => undefined);
      const logger = new LibraryLogger('Test');
      const fields = { appId: 'wx1', messageId: 'm1', errcode: undefined, reason: FORGED };
      logger[level](FORGED, fields);
      formatLogs((msg, given) => ({ msg, ...given }));
      logger[level](FORGED, fields);
      logger[level]('about nothing');
      expect(written.mock.calls).toStrictEqual([
        [ESCAPED],
        [{ msg: ESCAPED, appId: 'wx1', messageId: 'm1', reason: ESCAPED }],
        ['about nothing'],
      ]);
    },
  );

  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'),
  );

  it('is told in a field of its own which account a line is about', () => {
    const calls = files.flatMap((name) =>
      [...codeOf(join(SOURCE, name)).matchAll(CALL)].map(([, given = '']) => ({ name, given })),
    );
    const ofAccounts = calls.filter(({ given }) => /account "?\$\{/.test(given));
    expect(ofAccounts.length).toBeGreaterThan(30);
    const texts = /`[^`]*`/g;
    expect(ofAccounts.filter(({ given }) => !/\bappId\b/.test(given.replace(texts, '')))).toEqual([]);
  });

  it('is the only logger of this library', () => {
    const others = files.filter((name) =>
      /(?<!Library)\bLogger\b(?!Service)/.test(codeOf(join(SOURCE, name))),
    );
    expect(files.length).toBeGreaterThan(200);
    expect(others).toEqual([join('kernel', 'library-logger.ts')]);
  });
});

/** What a logger is called with, up to its semicolon. */
const CALL = /logger\s*\.\s*(?:log|warn|error|debug)\(((?:`[^`]*`|[^`;])*)\);/g;

const codeOf = (file: string) => readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
