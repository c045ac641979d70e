import { GRANT_RULES, TOKEN_FAMILIES } from '../account/account.options.js';
import { ACCOUNT_KINDS } from '../account/account-kinds.js';
import { GRANT_CHANNELS } from '../account/account-templates.options.js';
import { CREDENTIAL_KINDS } from '../account/credential.options.js';
import { PUSH_FORMATS, PUSH_MODES } from '../account/push.options.js';
import {
  APP_ID,
  arrayOf,
  moment,
  objectOf,
  oneOf,
  responseOf,
  type Schema,
  TEMPLATE_ID,
  text,
} from '../kernel/schema.js';
import { SECRET_FIELDS } from './account.codec.js';
import { ACCOUNT_ACTIONS } from './account.types.js';
import type { AccountChangeView, AccountView } from './account.view.js';

const version: Schema = { type: 'integer', minimum: 1, description: 'Grows with every change' };

export const ACCOUNT = responseOf<AccountView>(
  'Account',
  {
    appId: APP_ID,
    kind: oneOf(ACCOUNT_KINDS),
    enabled: { type: 'boolean', description: 'false: nothing is sent for it' },
    templates: arrayOf(
      objectOf<AccountView['templates'][number]>(
        { id: TEMPLATE_ID },
        { channel: oneOf(GRANT_CHANNELS), longTerm: { type: 'boolean' } },
      ),
    ),
    secrets: arrayOf(
      oneOf(SECRET_FIELDS),
      'Which secrets it has, as far as this process can open them; never shown',
    ),
    version,
    createdAt: moment(),
    updatedAt: moment(),
  },
  {
    credential: objectOf<NonNullable<AccountView['credential']>>({ kind: oneOf(CREDENTIAL_KINDS) }, {}),
    tokenFamily: oneOf(TOKEN_FAMILIES, 'Absent: that of the module'),
    grantRule: oneOf(GRANT_RULES),
    quietHours: objectOf<NonNullable<AccountView['quietHours']>>(
      { from: text(), to: text(), timeZone: text() },
      {},
    ),
    push: objectOf<NonNullable<AccountView['push']>>(
      {},
      { mode: oneOf(PUSH_MODES), format: oneOf(PUSH_FORMATS) },
    ),
  },
);

export const ACCOUNTS = responseOf<{ accounts: AccountView[] }>(
  'Accounts',
  { accounts: arrayOf(ACCOUNT.schema, 'In the order of their appIds') },
  {},
);

export const ACCOUNT_CHANGES_LIST = responseOf<{ changes: AccountChangeView[] }>(
  'AccountChanges',
  {
    changes: arrayOf(
      objectOf<AccountChangeView>(
        {
          version,
          action: oneOf(ACCOUNT_ACTIONS),
          fields: arrayOf(text(), 'The options that were given; values are not kept'),
          changedBy: text('Name of the client'),
          changedAt: moment(),
        },
        {},
      ),
      'The latest first',
    ),
  },
  {},
);
