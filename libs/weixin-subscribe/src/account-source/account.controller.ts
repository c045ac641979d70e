import {
  Body,
  Delete,
  Get,
  Header,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  UseFilters,
  UseGuards,
  UsePipes,
} from '@nestjs/common';
import { InputPipe } from '../http/input.pipe.js';
import { ProblemDetailsFilter } from '../http/problem-details.filter.js';
import { Documented, json, RouteGroup } from '../http/route-doc.js';
import { Audited } from '../http/service-actions.js';
import type { ServiceClient } from '../http/service-client.js';
import { ServiceKeyGuard } from '../http/service-key.guard.js';
import { Client, RequireScope } from '../http/service-route.js';
import { WeixinController } from '../http/weixin-controller.js';
import { ACCOUNT, ACCOUNT_CHANGES_LIST, ACCOUNTS } from './account.schemas.js';
import { AccountService } from './account.service.js';
import { type AccountChangeView, type AccountView, toAccountView, toChangeView } from './account.view.js';
import { AccountParamsDto, AccountQueryDto, AddAccountDto, ChangeAccountDto } from './dto/account.dto.js';

/** The accounts of the database. Secrets go in, never out. */
@WeixinController('service', 'weixin/accounts')
@RouteGroup({
  tag: 'Account 账号',
  problems: {
    404: 'Unknown account',
    409: 'It exists already, or it is not kept in the database',
    503: 'The database is away',
  },
})
@UseGuards(ServiceKeyGuard)
@UseFilters(ProblemDetailsFilter)
@UsePipes(new InputPipe())
export class AccountController {
  constructor(private readonly accounts: AccountService) {}

  @Get()
  @RequireScope('accounts:read')
  @Header('Cache-Control', 'no-store')
  @Documented({
    summary: 'The accounts of the database, those that the client may use',
    description:
      'To go on, give the appId that the page ended with as `after`. Those of the options are not among them.',
    responses: { 200: json('A page of them', ACCOUNTS) },
  })
  async list(
    @Client() client: ServiceClient,
    @Query() query: AccountQueryDto,
  ): Promise<{ accounts: AccountView[] }> {
    const accounts = await this.accounts.list({ ...query, among: client.accounts });
    return { accounts: accounts.map(toAccountView) };
  }

  @Post()
  @Audited('accounts.add')
  @RequireScope('accounts:write')
  @Documented({
    summary: 'Add an account; all processes serve it within seconds',
    responses: { 201: json('The account, without its secrets', ACCOUNT) },
  })
  async add(@Client() client: ServiceClient, @Body() body: AddAccountDto): Promise<AccountView> {
    client.requireAccount(body.appId);
    return toAccountView(await this.accounts.add(body, client.name));
  }

  @Get(':appId')
  @RequireScope('accounts:read')
  @Header('Cache-Control', 'no-store')
  @Documented({
    summary: 'An account of the database',
    responses: { 200: json('The account, without its secrets', ACCOUNT) },
  })
  async get(@Client() client: ServiceClient, @Param() { appId }: AccountParamsDto): Promise<AccountView> {
    client.requireAccount(appId);
    return toAccountView(await this.accounts.get(appId));
  }

  @Patch(':appId')
  @Audited('accounts.change')
  @RequireScope('accounts:write')
  @Documented({
    summary: 'Change an account, rotate its secret, switch it off or on',
    description:
      'Only what is given changes; `null` takes an option away. All processes follow within seconds.',
    responses: { 200: json('The account, without its secrets', ACCOUNT) },
  })
  async change(
    @Client() client: ServiceClient,
    @Param() { appId }: AccountParamsDto,
    @Body() body: ChangeAccountDto,
  ): Promise<AccountView> {
    client.requireAccount(appId);
    return toAccountView(await this.accounts.change(appId, body, client.name));
  }

  @Delete(':appId')
  @Audited('accounts.remove')
  @HttpCode(204)
  @RequireScope('accounts:write')
  @Documented({
    summary: 'Remove an account; its secrets are deleted, the ledger stays',
    responses: { 204: { description: 'It is gone' } },
  })
  async remove(@Client() client: ServiceClient, @Param() { appId }: AccountParamsDto): Promise<void> {
    client.requireAccount(appId);
    await this.accounts.remove(appId, client.name);
  }

  @Get(':appId/changes')
  @RequireScope('accounts:read')
  @Header('Cache-Control', 'no-store')
  @Documented({
    summary: 'Who changed what of an account, the latest 100',
    responses: { 200: json('The changes, without values', ACCOUNT_CHANGES_LIST) },
  })
  async changes(
    @Client() client: ServiceClient,
    @Param() { appId }: AccountParamsDto,
  ): Promise<{ changes: AccountChangeView[] }> {
    client.requireAccount(appId);
    return { changes: (await this.accounts.changes(appId)).map(toChangeView) };
  }
}
