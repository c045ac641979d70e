import { IsOptional, Matches } from 'class-validator';

/** Whose page of a channel is shown, and what the last step brought. */
export class ChannelQueryDto {
  @IsOptional()
  @Matches(/^[\w-]{1,64}$/)
  openid?: string;

  @IsOptional()
  @Matches(/^[\w-]{1,64}$/)
  templateId?: string;

  /** What the stand-in for the client did; see {@link ClientOutcome}. */
  @IsOptional()
  @Matches(/^[a-z-]{1,32}$/)
  client?: string;

  /** The id of the message that was sent, or the code of the error. */
  @IsOptional()
  @Matches(/^[\w-]{1,64}$/)
  message?: string;

  /** WeChat's code, with an error code. */
  @IsOptional()
  @Matches(/^-?\d{1,9}$/)
  errcode?: string;
}

/** The buttons that play the client. */
export class PlayClientDto {
  @Matches(/^[\w-]{1,64}$/)
  openid!: string;

  @Matches(/^[\w-]{1,64}$/)
  templateId!: string;
}

/**
 * The form that sends; beside these fields it holds one for each keyword, named as an error names it:
 * `data.thing1.value`.
 */
export class SendChannelMessageDto extends PlayClientDto {
  /** Made with the page: pressing the button of one page twice sends once. */
  @Matches(/^[\w-]{1,64}$/)
  idempotencyKey!: string;
}
