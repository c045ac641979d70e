import { IsOptional, ValidateNested } from 'class-validator';
import { Described } from '../../kernel/schema.js';
import {
  IsAppId,
  IsLike,
  IsMoment,
  IsOneOf,
  IsOpenid,
  IsPlainObject,
  IsUuid,
  IsWhole,
  Nested,
} from '../../kernel/validation.js';
import { MOST_STATE } from '../card.options.js';
import type { CardFields } from '../card.types.js';

const FIELDS =
  "The fields of the state in WeChat's own names (snake_case), without cur_status; wxa_path_query always";
const FIELDS_EXAMPLE = {
  wxa_path_query: 'pages/order?id=42',
  product_count: 1,
  product_list: {
    info_list: [
      {
        product_img: 'https://res.wx.qq.com/op_res/example.png',
        product_name: '阿白',
        product_path_query: 'pages/goods?id=1',
      },
    ],
  },
};

const IsFields = (description: string, example: object) => (target: object, property: string) => {
  IsPlainObject()(target, property);
  Described(description, { additionalProperties: true, example })(target, property);
};

@Described('The payment that gave the code; WeChat checks it when the card begins')
export class CardPaymentDto {
  /** What was ordered or paid, in fen, 0–4,294,967,295. */
  @IsWhole(0, 4_294_967_295)
  @Described('In fen, ordered or paid', { example: 1005 })
  amountFen!: number;

  /** When it was paid; the card has to begin within 24 hours of it. */
  @IsMoment()
  @Described('The card has to begin within 24 hours of it')
  paidAt!: Date | string;

  /** 1001: the id of a pay-score order (支付分). @default an ordinary payment */
  @IsOptional()
  @IsWhole(0, 65_535)
  @Described('1001 for a pay-score order')
  channel?: number;
}

/** Begins a card: one code, from a payment or from a button. */
@Described('Begin a service card')
export class StartCardDto {
  @IsAppId()
  appId!: string;

  /** Who paid, or who tapped the button. */
  @IsOpenid()
  openid!: string;

  /** WeChat's `notify_type`, e.g. 2001; docs/en/cards.md lists them. */
  @IsWhole(1, MOST_STATE)
  @Described("WeChat's notify_type", { example: 2001 })
  notifyType!: number;

  /**
   * The `transaction_id` of WeChat Pay (not the merchant's order number), or `detail.code` of the button.
   * 1–128 printable ASCII characters.
   */
  @IsLike(/^[\x21-\x7e]{1,128}$/, '1 to 128 printable ASCII characters without spaces')
  @Described('transaction_id of WeChat Pay, or detail.code of the button', {
    example: '4200001855202305090060871147',
  })
  notifyCode!: string;

  /** WeChat's `cur_status`: one with which a card may begin. */
  @IsWhole(1, MOST_STATE)
  @Described("WeChat's cur_status", { example: 1 })
  state!: number;

  @IsFields(FIELDS, FIELDS_EXAMPLE)
  fields!: CardFields;

  /** Required of the types whose code is a payment, and of no others. */
  @IsOptional()
  @IsPlainObject()
  @ValidateNested()
  @Nested(() => CardPaymentDto)
  payment?: CardPaymentDto;

  /** Of a button; the card has to begin within 5 minutes of it. @default now */
  @IsOptional()
  @IsMoment()
  @Described('Of a button: the card has to begin within 5 minutes of it')
  tappedAt?: Date | string;
}

/** Changes a card: its state, or what stands beside it; one of both. */
@Described('A new state with its fields, or ext; not both')
export class UpdateCardDto {
  @IsOptional()
  @IsWhole(1, MOST_STATE)
  @Described("WeChat's cur_status", { example: 2 })
  state?: number;

  @IsOptional()
  @IsFields(FIELDS, FIELDS_EXAMPLE)
  fields?: CardFields;

  /** Members of WeChat's `ext_json`, as objects: each becomes text on the way. */
  @IsOptional()
  @IsFields("Members of WeChat's ext_json, as objects", {
    store_info: { store_name: 'westore', store_address: '深圳市南山区', latitude: 22, longitude: 114 },
  })
  ext?: CardFields;
}

export class CardParamsDto {
  @IsUuid('a card id (UUID)')
  id!: string;
}

export class CardQueryDto {
  /** `true`: WeChat is asked how the card stands. @default false */
  @IsOptional()
  @IsOneOf(['true', 'false'])
  @Described('Whether WeChat is asked how the card stands now', { default: 'false' })
  live?: 'true' | 'false';
}
