import type { WeixinAccountOptions } from 'nestjs-weixin-subscribe';
import type { AccountOptions } from 'weixin-simulator';
import { OFFICIAL } from './accounts.js';

/** Official accounts of their own, so that many trials run on one platform without touching each other. */
export const manyAppIds = (n: number): string[] =>
  Array.from({ length: n }, (_, index) => `wx${(0xa0000000 + index).toString(16).padStart(16, '0')}`);

export const manyLibraryAccounts = (appIds: string[]): WeixinAccountOptions[] =>
  appIds.map((appId) => ({ ...OFFICIAL, appId, templates: [...OFFICIAL.templates] }));

export const manySimulatorAccounts = (
  appIds: string[],
  given: Partial<AccountOptions> = {},
): AccountOptions[] =>
  appIds.map((appId) => ({
    ...OFFICIAL,
    appId,
    templates: [...OFFICIAL.templates],
    businessDomains: ['127.0.0.1'],
    ...given,
  }));
