import { Transform } from 'class-transformer';
import { Matches } from 'class-validator';
import type { AccountKind, AccountTemplateOptions, GrantChannel } from 'nestjs-weixin-subscribe';
import { isPlainObject, OneOf } from './rules.js';

const CHANNELS: GrantChannel[] = ['one-time', 'mini-subscribe', 'service-notice', 'mini-template'];

/** One of `templates` of an account: an id, or `{id, channel}`. */
export class AccountTemplateVariable implements AccountTemplateOptions {
  @Matches(/^[\w-]{1,64}$/, { message: 'must be a template id of 1 to 64 letters, digits, "_" or "-"' })
  id!: string;

  @OneOf(CHANNELS)
  channel!: GrantChannel;
}

/** An id alone becomes what the library takes it for, so that the rest of the app meets one shape only. */
export function AccountTemplates(): PropertyDecorator {
  return Transform(({ value, obj }) =>
    Array.isArray(value) ? value.map((template) => templateOf(template, obj.kind)) : value,
  );
}

function templateOf(template: unknown, kind: AccountKind): AccountTemplateVariable {
  const usual: GrantChannel = kind === 'mini-program' ? 'mini-subscribe' : 'one-time';
  const given = isPlainObject(template) ? template : { id: template, channel: usual };
  return Object.assign(new AccountTemplateVariable(), given);
}

/** The ids of those that people confirm one by one, for a course each. */
export function oneTimeTemplates(templates: readonly AccountTemplateOptions[]): string[] {
  return templates.filter(({ channel }) => channel === 'one-time').map(({ id }) => id);
}
