import { Injectable } from '@nestjs/common';
import type { WeixinAccountOptions } from '../account/account.options.js';
import { InvalidInputError } from '../kernel/errors.js';
import { Sealer } from '../kernel/sealer.js';
import { tooManyBytes } from '../sql/column-sizes.js';
import { TokenConfig } from '../token/token.options.js';
import type { AccountRow } from './account.sql.js';

/** Where secrets stand in the options of an account. Everything else is kept as it is. */
export const SECRET_FIELDS = ['appSecret', 'push.token', 'push.encodingAesKey'] as const;
export type SecretField = (typeof SECRET_FIELDS)[number];

type Members = Record<string, unknown>;

/** The options of an account as a row keeps them: secrets apart from the rest, and sealed. */
@Injectable()
export class AccountCodec {
  private readonly sealer: Sealer;

  constructor({ encryptionKeys }: TokenConfig) {
    this.sealer = new Sealer(encryptionKeys);
  }

  /**
   * @throws {InvalidInputError} what is not secret does not fit its column: a list of thousands of templates
   */
  write(options: WeixinAccountOptions): { settings: string; secrets: string } {
    const { appId } = options;
    const settings = structuredClone({ ...options }) as unknown as Members;
    const secrets: Members = {};
    for (const field of SECRET_FIELDS) {
      const { holder, name } = place(settings, field);
      if (holder?.[name] === undefined) continue;
      secrets[field] = holder[name];
      delete holder[name];
    }
    const text = JSON.stringify(settings);
    const tooLong = tooManyBytes(text, 'templates');
    if (tooLong) throw new InvalidInputError([tooLong]);
    return {
      settings: text,
      secrets: this.sealer.seal(contextOf(appId), JSON.stringify(secrets)),
    };
  }

  /** `unreadable`: why the secrets are not among the options; it tells none of them. */
  read(row: AccountRow): { options: WeixinAccountOptions; unreadable?: string } {
    const settings = JSON.parse(row.settings) as Members;
    const options = {
      ...settings,
      appId: row.app_id,
      enabled: Number(row.enabled) === 1,
    } as unknown as Members;
    const opened = this.sealer.open(contextOf(row.app_id), row.secrets ?? '');
    if ('unreadable' in opened)
      return { options: options as unknown as WeixinAccountOptions, unreadable: opened.unreadable };
    for (const [field, value] of Object.entries(JSON.parse(opened.text) as Members)) {
      const { holder, name } = place(options, field);
      if (holder) holder[name] = value;
    }
    return { options: options as unknown as WeixinAccountOptions };
  }
}

/** Which secrets an account has, by their names. */
export function secretsOf(options: WeixinAccountOptions): SecretField[] {
  return SECRET_FIELDS.filter((field) => {
    const { holder, name } = place(options as unknown as Members, field);
    return holder?.[name] !== undefined;
  });
}

function place(options: Members, field: string): { holder: Members | undefined; name: string } {
  const [section, inner] = field.split('.');
  if (inner === undefined) return { holder: options, name: section };
  const holder = options[section];
  return {
    holder: holder !== null && typeof holder === 'object' ? (holder as Members) : undefined,
    name: inner,
  };
}

const contextOf = (appId: string) => `account|${appId}`;
