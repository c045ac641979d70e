import { styleText } from 'node:util';
import type { Reply } from './browser.js';

/** Of a method of four letters, and a path. */
const REQUEST_WIDTH = 51;
const UUID = /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/;

/** What a step must see. */
export interface Expected {
  status: number;
  /** Whether the rest of the answer is right too. */
  holds?: boolean;
  /** The answer in words. */
  says: string;
}

/** A step did not hold; the walkthrough ends here. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
}

/** Prints each step and what came back, in columns; colours only where somebody is looking. */
export class WalkthroughReport {
  private steps = 0;
  private checks = 0;

  constructor(
    private readonly print: (line: string) => void,
    private readonly coloured: boolean,
    /** Base addresses that are printed by a short name. */
    private readonly names: Record<string, string>,
  ) {}

  get summary(): string {
    return `${this.steps} steps, ${this.checks} answers, all as expected`;
  }

  step(title: string): void {
    this.print(`${String(++this.steps).padStart(2)}  ${this.style('bold', title)}`);
  }

  /** @throws {StepFailed} after printing what was expected and what came */
  check(reply: Reply, { status, holds = true, says }: Expected): void {
    const request = `${reply.method.padEnd(4)} ${this.short(reply.url)}`.padEnd(REQUEST_WIDTH);
    if (reply.status === status && holds) {
      this.checks++;
      this.print(`    ${this.style('green', '✓')} ${request} ${this.style('cyan', String(status))}  ${says}`);
      return;
    }
    this.print(`    ${this.style('red', '✗')} ${request} ${this.style('red', String(reply.status))}`);
    this.print(`        expected ${status}: ${says}`);
    this.print(`        got      ${reply.status}: ${reply.location?.href ?? reply.text.slice(0, 600)}`);
    throw new StepFailed(says);
  }

  style(format: Parameters<typeof styleText>[0], text: string): string {
    return this.coloured ? styleText(format, text) : text;
  }

  /**
   * Without the query: it may carry a state or a person's id. Ids that are made anew each time are only
   * named.
   */
  private short({ origin, pathname }: URL): string {
    return `${this.names[origin] ?? origin}${pathname.replace(UUID, ':id')}`;
  }
}
