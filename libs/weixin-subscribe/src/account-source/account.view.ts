import type { GrantRule, TokenFamily } from '../account/account.options.js';
import type { AccountKind } from '../account/account-kinds.js';
import type { GrantChannel } from '../account/account-templates.options.js';
import type { CredentialKind } from '../account/credential.options.js';
import type { PushFormat, PushMode, PushOptions } from '../account/push.options.js';
import { type SecretField, secretsOf } from './account.codec.js';
import type { AccountAction, AccountChangeRecord, StoredAccount } from './account.types.js';

/** An account as the routes show it: which secrets it has, and none of them. */
export interface AccountView {
  appId: string;
  kind: AccountKind;
  enabled: boolean;
  /** Absent: its AppSecret. */
  credential?: { kind: CredentialKind };
  templates: { id: string; channel?: GrantChannel; longTerm?: boolean }[];
  /** Absent: that of the module. */
  tokenFamily?: TokenFamily;
  grantRule?: GrantRule;
  quietHours?: { from: string; to: string; timeZone: string };
  push?: { mode?: PushMode; format?: PushFormat };
  secrets: SecretField[];
  version: number;
  createdAt: string;
  updatedAt: string;
}

export function toAccountView({ options, version, createdAt, updatedAt }: StoredAccount): AccountView {
  const { appId, kind, enabled, templates, tokenFamily, grantRule, quietHours, credential } = options;
  // Requests can not say that a network is private.
  const push = options.push as PushOptions | undefined;
  return {
    appId,
    kind,
    enabled: enabled !== false,
    templates: templates.map((template) => (typeof template === 'string' ? { id: template } : template)),
    ...(credential && { credential: { kind: credential.kind } }),
    ...(tokenFamily && { tokenFamily }),
    ...(grantRule && { grantRule }),
    ...(quietHours && { quietHours }),
    ...(push && {
      push: { ...(push.mode && { mode: push.mode }), ...(push.format && { format: push.format }) },
    }),
    secrets: secretsOf(options),
    version,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

export interface AccountChangeView {
  version: number;
  action: AccountAction;
  fields: string[];
  changedBy: string;
  changedAt: string;
}

export function toChangeView({
  version,
  action,
  fields,
  changedBy,
  changedAt,
}: AccountChangeRecord): AccountChangeView {
  return { version, action, fields, changedBy, changedAt: changedAt.toISOString() };
}
