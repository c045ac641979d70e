/** Why the client shows no subscription popup (§6.1, page "wx.requestSubscribeMessage"), with its texts. */
export const SUBSCRIBE_FAIL_TEXT = {
  10001: "TmplIds can't be empty",
  10002: 'Request list fail',
  10003: 'Request subscribe fail',
  10004: 'Invalid template id',
  10005: 'Cannot show subscribe message UI',
  20001: 'No template data return, verify the template id exist',
  20002: 'Templates type must be same',
  20003: 'Templates count out of max bounds',
  20004: 'The main switch is switched off',
  20005: 'This mini program was banned from subscribing messages',
} as const;
export type SubscribeFailCode = keyof typeof SUBSCRIBE_FAIL_TEXT;
export const SUBSCRIBE_FAIL_CODES = Object.keys(SUBSCRIBE_FAIL_TEXT).map(Number) as SubscribeFailCode[];

export interface SubscribeFail {
  errMsg: string;
  errCode: SubscribeFailCode;
}

/** `name` is what the client calls itself in its errMsg. */
export function subscribeFail(name: string, errCode: SubscribeFailCode): SubscribeFail {
  return { errMsg: `${name}:fail ${SUBSCRIBE_FAIL_TEXT[errCode]}`, errCode };
}
