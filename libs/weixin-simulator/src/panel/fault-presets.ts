import { UsageError } from '../common/usage-error.js';
import type { FaultOptions } from '../fault/fault.js';

/** A fault behind a button. */
export interface FaultPreset {
  id: string;
  zh: string;
  en: string;
  options: FaultOptions;
}

interface PresetGroup {
  zh: string;
  en: string;
  presets: FaultPreset[];
}

const preset = (id: string, zh: string, en: string, options: FaultOptions): FaultPreset => ({
  ...{ id, zh, en, options },
});
const errcode = (code: number, zh: string, en: string): FaultPreset =>
  preset(`errcode ${code}`, `${code} ${zh}`, `${code} ${en}`, { kind: 'errcode', errcode: code });

/** The faults people ask for most, in groups. The control API takes every other. */
export const FAULT_GROUPS: readonly PresetGroup[] = [
  {
    zh: '连接',
    en: 'Connection',
    presets: [
      preset('latency', '延迟 2 秒', 'late by 2 s', { kind: 'latency', delayMs: 2000 }),
      preset('hang', '一直没有响应', 'silence', { kind: 'hang' }),
      preset('hang after', '处理后没有响应', 'done, then silence', { kind: 'hang', when: 'after' }),
      preset('reset-before', '处理前断开', 'reset, not done', { kind: 'reset-before' }),
      preset('reset-after', '处理后断开', 'done, then reset', { kind: 'reset-after' }),
      preset('slow-body', '响应体很慢，3 秒', 'slow body, 3 s', { kind: 'slow-body', delayMs: 3000 }),
      preset('compressed', '压缩的响应体', 'compressed body', { kind: 'compressed' }),
    ],
  },
  {
    zh: '响应',
    en: 'Response',
    presets: [
      preset('status', '网关 502', 'gateway 502', { kind: 'status' }),
      preset('html', 'HTML 代替 JSON', 'HTML, status 200', { kind: 'html' }),
      preset('empty', '空响应体', 'empty body', { kind: 'empty' }),
      preset('truncated', '半截 JSON', 'half of the JSON', { kind: 'truncated' }),
      errcode(-1, '系统繁忙', 'busy'),
      errcode(45009, '日额度', 'day quota'),
      errcode(45011, '分钟额度', 'per minute'),
      errcode(43101, '拒收', 'refused'),
      errcode(48001, '无权限', 'unauthorized'),
      errcode(40001, 'token 无效', 'bad token'),
    ],
  },
  {
    zh: '平台',
    en: 'Platform',
    presets: [
      preset('kill-token', 'token 失效', 'token dies', { kind: 'kill-token' }),
      preset('mint-behind-back', '别处获取了 token', 'minted elsewhere', { kind: 'mint-behind-back' }),
      preset('clock-jump', '时钟跳两小时', 'two hours pass', { kind: 'clock-jump' }),
      preset('quota-full', '额度用尽', 'quota filled', { kind: 'quota-full' }),
    ],
  },
  {
    zh: '跳转',
    en: 'Redirect',
    presets: [
      preset('redirect-twice', '跳转两次', 'opened twice', { kind: 'redirect-twice' }),
      preset('redirect-no-state', '丢失 reserved', 'no reserved', { kind: 'redirect-no-state' }),
      preset('redirect-scene', 'scene 被篡改', 'scene tampered', { kind: 'redirect-scene' }),
      preset('redirect-openid', '换成别人的 openid', 'other openid', { kind: 'redirect-openid' }),
    ],
  },
];

export function findPreset(id: string | undefined): FaultPreset {
  const found = FAULT_GROUPS.flatMap((group) => group.presets).find((each) => each.id === id);
  if (!found) throw new UsageError(`preset: no fault "${id ?? ''}"`);
  return found;
}
