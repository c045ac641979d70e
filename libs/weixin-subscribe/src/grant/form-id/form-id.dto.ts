import { IsOptional, ValidateIf } from 'class-validator';
import { Described } from '../../kernel/schema.js';
import { IsAppId, IsInsteadOf, IsLike, IsMoment, IsOpenid, IsText } from '../../kernel/validation.js';

const FORM_ID = /^[\w-]{1,64}$/;
const RULE = '1 to 64 letters, digits, "_" or "-" (in the developer tools a form gives none that works)';

/** What a form or a payment of a mini-program gave: one of `formId` and `prepayId`. */
export class FormIdDto {
  @IsAppId()
  appId!: string;

  /** Who submitted or paid. */
  @IsOpenid()
  openid!: string;

  /** `e.detail.formId` of a form with `report-submit`: permits one message. */
  @ValidateIf(({ formId, prepayId }) => given(formId) || !given(prepayId))
  @IsLike(FORM_ID, RULE)
  @Described('Of a submitted form: one message')
  formId?: string;

  /** `prepay_id` of a completed payment, not WeChat's transaction number: permits three messages. */
  @IsOptional()
  @IsInsteadOf('formId')
  @IsLike(FORM_ID, RULE)
  @Described('Of a completed payment: three messages')
  prepayId?: string;

  /** When it was submitted or paid, less than 7 days ago. @default now */
  @IsOptional()
  @IsMoment()
  @Described('Less than 7 days ago; without it, now')
  submittedAt?: Date | string;

  /** The host's id of the user, for the record. */
  @IsOptional()
  @IsText(1, 128)
  @Described("The host's id of the user")
  subject?: string;
}

function given(value: unknown): boolean {
  return value !== undefined && value !== null;
}
