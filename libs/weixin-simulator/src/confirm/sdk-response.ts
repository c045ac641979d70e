import type { RedirectFields } from './redirect.js';

interface SdkCode {
  errCode: number;
  errStr: string | null;
}

/** The answer of the mobile SDK in the field names of both systems. */
export interface SdkResponses {
  canonical: SdkCode & SdkFields & { templateId: string };
  /** `WXSubscribeMsgResp` */
  ios: SdkCode & SdkFields & { templateId: string };
  /** `SubscribeMessage.Resp`; note the capital ID. 18 is COMMAND_SUBSCRIBE_MESSAGE. */
  android: SdkCode & SdkFields & { templateID: string; type: 18 };
}

interface SdkFields {
  action: 'confirm' | 'cancel';
  scene: number;
  reserved: string | null;
  /** The openid of the app; null on cancel (row 35). */
  openId: string | null;
}

/** Names from the public SDK headers and decompilations (fact sheet §2.3). */
export function sdkResponses(fields: RedirectFields, cancelErrCode: -2 | 0): SdkResponses {
  const { templateId, action, scene } = fields;
  const code = { errCode: action === 'confirm' ? 0 : cancelErrCode, errStr: null };
  const common = { ...code, action, scene, reserved: fields.reserved ?? null, openId: fields.openid ?? null };
  return {
    canonical: { ...common, templateId },
    ios: { ...common, templateId },
    android: { ...common, templateID: templateId, type: 18 },
  };
}
