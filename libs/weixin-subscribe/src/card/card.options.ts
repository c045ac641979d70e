import { IsOptional } from 'class-validator';
import { describe } from '../kernel/describe.js';
import { type Given, IsChoice, type OptionChecks } from '../kernel/option-checks.js';
import { IsFlag, IsObjects, IsTexts, IsWhole, IsWholes } from '../kernel/validation.js';
import {
  CARD_CODE_SOURCES,
  CARD_TABLE,
  type CardCodeSource,
  type CardState,
  type CardType,
} from './card-table.js';

export const MOST_STATE = 9999;
const MOST_STATES = 64;
const IsState = () => IsWhole(1, MOST_STATE);

/** A state that this library does not know, or knows otherwise. What is absent is not checked. */
export class CardStateOptions {
  /** WeChat's `cur_status`. */
  @IsState()
  state!: number;

  /** Whether a card may begin with it. @default not known: WeChat decides */
  @IsOptional()
  @IsFlag()
  activation?: boolean;

  /** The states that it may follow; with its own number it may be sent again. @default any */
  @IsOptional()
  @IsWholes(0, MOST_STATES, 1, MOST_STATE)
  from?: number[];

  /** Fields that must be there, besides `wxa_path_query`. @default not known */
  @IsOptional()
  @IsTexts(0, MOST_STATES, 64)
  required?: string[];

  /** Nothing follows it: the card has ended. @default false */
  @IsOptional()
  @IsFlag()
  terminal?: boolean;
}

/** A type of card, and states that are added to it, or take the place of those of the library. */
export class CardTypeOptions {
  /** WeChat's `notify_type`. */
  @IsWhole(1, MOST_STATE)
  notifyType!: number;

  /** Where its codes come from. Required of a type that the library does not know, and not of others. */
  @IsOptional()
  @IsChoice(CARD_CODE_SOURCES)
  code?: CardCodeSource;

  @IsObjects(0, MOST_STATES)
  states!: CardStateOptions[];
}

export class CardConfig {
  /**
   * States of WeChat's that this library does not know, or knows otherwise, and types that are new: they are
   * added to its table, or take the place of what stands there. For states that are not in the table WeChat
   * decides. @default none
   */
  @IsObjects(0, 100)
  readonly types: readonly CardTypeOptions[] = [];

  /** Cards that one process updates at once in the background, 1–64. @default 4 */
  @IsWhole(1, 64)
  readonly concurrency: number = 4;
}

export type CardOptions = Given<CardConfig>;

export function resolveCards(checks: OptionChecks, given: CardOptions | undefined): CardConfig {
  const config = checks.read('cards', CardConfig, given);
  const seen = new Set<number>();
  const types = config.types.map((type, index) => {
    const at = `cards.types[${index}]`;
    const read = checks.read(at, CardTypeOptions, type);
    if (seen.has(read.notifyType)) checks.refuse(`${at}.notifyType`, `${read.notifyType} is listed twice`);
    seen.add(read.notifyType);
    const known = CARD_TABLE.find(({ notifyType }) => notifyType === read.notifyType);
    if (!known && !read.code)
      checks.refuse(`${at}.code`, 'is required of a type that this library does not know');
    if (known && read.code && read.code !== known.code)
      checks.refuse(
        `${at}.code`,
        `of type ${known.notifyType} is "${known.code}", got ${describe(read.code)}`,
      );
    const states = (read.states ?? []).map((state, place) =>
      checks.read(`${at}.states[${place}]`, CardStateOptions, state),
    );
    return { ...read, states };
  });
  return Object.freeze({ ...config, types }) as CardConfig;
}

/** The table of the library with what a host adds to it. */
export function tableWith(types: readonly CardTypeOptions[]): ReadonlyMap<number, CardType> {
  const table = new Map(CARD_TABLE.map((type) => [type.notifyType, type]));
  for (const { notifyType, code, states } of types) {
    const known = table.get(notifyType);
    const own = new Set(states.map(({ state }) => state));
    const kept = known?.states.filter(({ state }) => !own.has(state)) ?? [];
    const base = known ?? { notifyType, name: String(notifyType), code: code ?? 'payment', fields: {} };
    table.set(notifyType, { ...base, states: [...kept, ...states.map(stateOf)] });
  }
  return table;
}

const stateOf = ({ state, activation, from, required, terminal }: CardStateOptions): CardState => ({
  state,
  ...(activation !== undefined && { activation }),
  ...(from && { from }),
  ...(required && { required }),
  ...(terminal !== undefined && { terminal }),
});
