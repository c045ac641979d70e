import { Logger } from '@nestjs/common';
import { oneLine } from './one-line.js';

/** A frame of a stack as V8 writes it. */
const FRAME = /^ {4}at /;

/** What a line is about. No person, no text of a message, no secret. */
export interface LogFields {
  appId?: string;
  messageId?: string;
  broadcastId?: string;
  recurringId?: string;
  templateId?: string;
  channel?: string;
  /** How a message ended. */
  outcome?: string;
  /** WeChat's. */
  errcode?: number;
  reason?: string;
}

/** Makes of a line and what it is about what the host's logger takes. */
export type LogFormat = (line: string, fields: LogFields) => unknown;

let format: LogFormat | undefined;

/**
 * Hands the fields of a line to the host's logger, in the way that it takes them; call it before the
 * application is made. Lines that are about nothing in particular stay texts. Holds for the process, as
 * Nest's own `Logger.overrideLogger` does.
 *
 * nestjs-pino: `formatLogs((msg, fields) => ({ msg, ...fields }))`; nest-winston and Nest's
 * `ConsoleLogger({ json: true })`: `formatLogs((message, fields) => ({ message, ...fields }))`.
 * @param given without it, lines are texts alone, which is the default
 */
export function formatLogs(given: LogFormat | undefined): void {
  format = given;
}

/**
 * The logger of every class of this library. Whatever WeChat, a central, a database or a listener of the host
 * wrote, a message is one line: outside text cannot forge another one.
 */
export class LibraryLogger extends Logger {
  override log(message: string, fields?: LogFields | string): void {
    super.log(formatted(message, fields));
  }

  override warn(message: string, fields?: LogFields | string): void {
    super.warn(formatted(message, fields));
  }

  override debug(message: string, fields?: LogFields | string): void {
    super.debug(formatted(message, fields));
  }

  override verbose(message: string, fields?: LogFields | string): void {
    super.verbose(formatted(message, fields));
  }

  override fatal(message: string, fields?: LogFields | string): void {
    super.fatal(formatted(message, fields));
  }

  /**
   * @param stack of several lines; what is no frame of it is part of its message and put on its first line
   */
  override error(message: string, stack?: string | LogFields): void {
    if (stack && typeof stack === 'string') super.error(oneLine(message), framesApart(stack));
    else super.error(formatted(message, stack));
  }
}

/** @param fields Nest's type lets a context pass, which we never give */
function formatted(message: string, fields: LogFields | string | undefined): unknown {
  const line = oneLine(message);
  if (!format || typeof fields !== 'object') return line;
  const known = Object.entries(fields).filter(([, value]) => value !== undefined);
  const given = known.map(([name, value]) => [name, typeof value === 'string' ? oneLine(value) : value]);
  return format(line, Object.fromEntries(given));
}

function framesApart(stack: string): string {
  const lines = stack.split('\n');
  const first = lines.findIndex((line) => FRAME.test(line));
  const message = lines.slice(0, first < 0 ? undefined : first).join('\n');
  const frames = first < 0 ? [] : lines.slice(first).filter((line) => FRAME.test(line));
  return [message, ...frames].map(oneLine).join('\n');
}
