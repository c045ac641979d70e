/** A "no" in WeChat's own words. */
export class WeixinRefusal extends Error {
  constructor(
    readonly errcode: number,
    readonly errmsg: string,
  ) {
    super(errmsg);
    this.name = 'WeixinRefusal';
  }
}

/** The platform's texts (docs/platform.md §4.3 and the general list of codes). */
export const REFUSALS = {
  systemError: { errcode: -1, errmsg: 'system error' },
  wrongGrantType: { errcode: 40002, errmsg: 'invalid grant_type' },
  wrongAppId: { errcode: 40013, errmsg: 'invalid appid' },
  wrongSecret: { errcode: 40125, errmsg: 'invalid appsecret' },
  noAppId: { errcode: 41002, errmsg: 'appid missing' },
  noSecret: { errcode: 41004, errmsg: 'appsecret missing' },
  getOnly: { errcode: 43001, errmsg: 'require GET method' },
  postOnly: { errcode: 43002, errmsg: 'require POST method' },
  noBody: { errcode: 44002, errmsg: 'empty post data' },
  notJson: { errcode: 47001, errmsg: 'data format error' },
} as const;

/** @param why added to the platform's own text, for a caller who has shown a valid key */
export function refuse(refusal: keyof typeof REFUSALS, why?: string): WeixinRefusal {
  const { errcode, errmsg } = REFUSALS[refusal];
  return new WeixinRefusal(errcode, why === undefined ? errmsg : `${errmsg}, ${why}`);
}
