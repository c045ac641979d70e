import { Matches } from 'class-validator';

/** The form behind the button "class starts soon: remind". */
export class RemindDto {
  @Matches(/^[\w-]{1,32}$/)
  appId!: string;

  @Matches(/^[\w-]{1,64}$/)
  openid!: string;

  @Matches(/^[\w-]{1,64}$/)
  templateId!: string;

  /** Made with the page: pressing the button of one page twice sends once. */
  @Matches(/^[\w-]{1,64}$/)
  idempotencyKey!: string;
}
