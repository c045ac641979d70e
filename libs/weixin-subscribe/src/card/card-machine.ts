import { Injectable } from '@nestjs/common';
import { describe } from '../kernel/describe.js';
import { type FieldError, InvalidInputError } from '../kernel/errors.js';
import { tooManyBytes } from '../sql/column-sizes.js';
import { CardStateError } from './card.errors.js';
import { CardConfig, tableWith } from './card.options.js';
import type { CardFields } from './card.types.js';
import { unfitText, wrongField } from './card-fields.js';
import {
  CARD_WINDOWS,
  type CardState,
  type CardType,
  type CardWindows,
  COMMON_FIELDS,
  PATH_FIELD,
} from './card-table.js';

/** What is known of types and states, and whether a card may go from one to another. */
@Injectable()
export class CardMachine {
  private readonly table: ReadonlyMap<number, CardType>;

  constructor(config: CardConfig) {
    this.table = tableWith(config.types);
  }

  find(notifyType: number): CardType | undefined {
    return this.table.get(notifyType);
  }

  /** @throws {InvalidInputError} */
  type(notifyType: number): CardType {
    const type = this.find(notifyType);
    if (type) return type;
    const known = [...this.table.keys()].sort((one, other) => one - other).join(', ');
    throw invalid([
      {
        field: 'notifyType',
        message: `notifyType ${describe(notifyType)} is not known; known are ${known}; the option "cards.types" adds one`,
      },
    ]);
  }

  windows({ code }: CardType): CardWindows {
    return CARD_WINDOWS[code];
  }

  /** Whether nothing follows a state, as far as is known. */
  isTerminal(type: CardType, state: number): boolean {
    return this.stateOf(type, state)?.terminal ?? false;
  }

  /**
   * A change of state that WeChat may take, as far as is known: it decides about the rest.
   * @param from the state that the card shows; `undefined`: none yet
   * @throws {CardStateError}
   */
  assertMayFollow(type: CardType, from: number | undefined, state: number): void {
    const known = this.stateOf(type, state);
    if (!known) {
      if (!type.complete) return;
      throw new CardStateError(type, from, state, `has no such state; it has ${list(type.states)}`);
    }
    if (from === undefined) {
      if (known.activation !== false) return;
      const begins = type.states.filter(({ activation }) => activation !== false);
      throw new CardStateError(type, from, state, `can not begin with it; it begins with ${list(begins)}`);
    }
    if (this.isTerminal(type, from))
      throw new CardStateError(type, from, state, `has ended with state ${from}`);
    if (!known.from || known.from.includes(from)) return;
    const allowed = known.from.length > 0 ? `it follows ${known.from.join(', ')}` : 'it follows none';
    throw new CardStateError(type, from, state, `can not go there from ${from}: ${allowed}`);
  }

  /**
   * The content of a state, within every limit that WeChat documents. Fields that the table does not know
   * pass: WeChat's own samples have some.
   * @throws {InvalidInputError}
   */
  assertContent(type: CardType, state: number, fields: CardFields): void {
    const rules = { ...COMMON_FIELDS, ...type.fields };
    const errors: FieldError[] = [];
    if ('cur_status' in fields) errors.push(wrongField('cur_status', 'is "state" here: leave it out'));
    for (const name of [PATH_FIELD, ...(this.stateOf(type, state)?.required ?? [])])
      if (fields[name] === undefined || fields[name] === null)
        errors.push(wrongField(name, `is required in state ${state} of type ${type.notifyType}`));
    for (const [name, value] of Object.entries(fields)) {
      if (value === undefined || value === null) continue;
      const wrong = Object.hasOwn(rules, name) ? rules[name](value) : undefined;
      const unfit = wrong ? undefined : unfitText(value);
      if (wrong) errors.push(wrongField(name, wrong));
      if (unfit) errors.push(wrongField(name, `holds ${unfit}, which WeChat does not take`));
    }
    const tooLarge = tooManyBytes(JSON.stringify(fields), 'fields');
    if (tooLarge) errors.push(tooLarge);
    if (errors.length > 0) throw invalid(errors);
  }

  private stateOf({ states }: CardType, state: number): CardState | undefined {
    return states.find((each) => each.state === state);
  }
}

const invalid = (errors: FieldError[]) => new InvalidInputError(errors);

const list = (states: readonly CardState[]) => states.map(({ state }) => state).join(', ');
