// What a host names of this room. Accounts that come and go while the application runs.

export { type AccountNotice, AccountSource } from '../account/account-source.js';
export { WeixinAccountEntity } from './account.entity.js';
export { AccountExistsError, AccountNotEditableError } from './account.errors.js';
export type {} from './account.events.js';
export { AccountService } from './account.service.js';
export type { AccountAction, AccountChangeRecord, StoredAccount } from './account.types.js';
export { AccountChangeEntity } from './account-change.entity.js';
export type { AccountSourceChoice } from './account-source.module.js';
export type { AddAccountDto, ChangeAccountDto } from './dto/account.dto.js';
