import { hash } from 'node:crypto';
import { digest } from '../kernel/secret.js';
import type { GrantKey } from './grant.types.js';

/** 132 bits: no two keys have the same, whatever their number, and nobody finds two that do. */
const KEY_CHARACTERS = 22;

/** One value for (account, openid, template, scene, channel), of 22 characters. */
export function liveKeyOf({ appId, openid, templateId, scene, channel }: Required<GrantKey>): string {
  return digest([appId, openid, templateId, scene, channel].join('\n')).slice(0, KEY_CHARACTERS);
}

/**
 * One number for (account, template, scene), of 52 bits, which is to be exact in JavaScript. An index of it
 * and a time is a seventh of one of the words, on PostgreSQL: its entries are short enough to fill each page.
 * Two scenes may have the same, so whoever looks for it compares the words, too.
 */
export function sceneKeyOf({
  appId,
  templateId,
  scene,
}: Pick<Required<GrantKey>, 'appId' | 'templateId' | 'scene'>): number {
  return Number.parseInt(hash('sha256', [appId, templateId, scene].join('\n'), 'hex').slice(0, 13), 16);
}
