import type { MessageContent, WeixinAccountOptions } from 'nestjs-weixin-subscribe';

export const ACCOUNT: WeixinAccountOptions & { templates: string[] };
export const SCENE: number;
export const CONTENT: MessageContent;
export function openidOf(n: number): string;
