import { Matches } from 'class-validator';

/** Whom a class is reminded through: one account and template. */
export class AudienceDto {
  @Matches(/^[\w-]{1,32}$/)
  appId!: string;

  @Matches(/^[\w-]{1,64}$/)
  templateId!: string;
}

/** The form behind the button "remind all of them". */
export class StartClassBroadcastDto extends AudienceDto {
  /** Made with the page: pressing the button of one page twice starts one broadcast. */
  @Matches(/^[\w-]{1,64}$/)
  idempotencyKey!: string;
}
