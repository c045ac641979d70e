import { contentOf, MessageContentDto } from '../delivery/channels/dto/message-content.dto.js';
import type { OneTimeContent } from '../delivery/ledger/message.types.js';
import { type FieldError, InvalidInputError } from '../kernel/errors.js';
import { validateInput } from '../kernel/validation.js';

/** What is wrong with a content that is to be sent as it is. */
export function contentErrors(content: unknown): FieldError[] {
  try {
    validateInput(MessageContentDto, content);
    return [];
  } catch (error) {
    if (error instanceof InvalidInputError) return error.errors;
    throw error;
  }
}

/** @throws {InvalidInputError} */
export function checkedContent(content: unknown): OneTimeContent {
  return contentOf(validateInput(MessageContentDto, content));
}

/** One line for a row's `reason`. */
export function inOneLine(errors: FieldError[]): string {
  return errors.map(({ message }) => message).join('; ');
}
