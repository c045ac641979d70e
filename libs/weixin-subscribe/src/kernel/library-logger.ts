import { Logger } from '@nestjs/common';
import { oneLine } from './one-line.js';

/** A frame of a stack as V8 writes it. */
const FRAME = /^ {4}at /;

/**
 * The logger of every class of this library. Whatever WeChat, a central, a database or a listener of the host
 * wrote, a message is one line: outside text cannot forge another one.
 */
export class LibraryLogger extends Logger {
  override log(message: string): void {
    super.log(oneLine(message));
  }

  override warn(message: string): void {
    super.warn(oneLine(message));
  }

  override debug(message: string): void {
    super.debug(oneLine(message));
  }

  override verbose(message: string): void {
    super.verbose(oneLine(message));
  }

  override fatal(message: string): void {
    super.fatal(oneLine(message));
  }

  /**
   * @param stack of several lines; what is no frame of it is part of its message and put on its first line
   */
  override error(message: string, stack?: string): void {
    if (stack) super.error(oneLine(message), framesApart(stack));
    else super.error(oneLine(message));
  }
}

function framesApart(stack: string): string {
  const lines = stack.split('\n');
  const first = lines.findIndex((line) => FRAME.test(line));
  const message = lines.slice(0, first < 0 ? undefined : first).join('\n');
  const frames = first < 0 ? [] : lines.slice(first).filter((line) => FRAME.test(line));
  return [message, ...frames].map(oneLine).join('\n');
}
