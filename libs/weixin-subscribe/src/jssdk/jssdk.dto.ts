import { Described } from '../kernel/schema.js';
import { IsAnyText, IsAppId } from '../kernel/validation.js';

/** Of a page, as long as WeChat and browsers on the way carry one. */
export const LONGEST_URL = 2048;

/** `GET jssdk/config` */
export class JssdkConfigDto {
  @IsAppId()
  appId!: string;

  /** Of the page that asks; what follows a `#` does not count. */
  @IsAnyText(LONGEST_URL)
  @Described('Of the page that asks, encoded: location.href; a fragment does not count', {
    example: 'https://remind.example.com/courses/42',
  })
  url!: string;
}
