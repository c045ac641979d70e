import { Module } from '@nestjs/common';
import { BalanceService } from './balance.service.js';

/** What may still be sent to the person who asks. */
@Module({ providers: [BalanceService], exports: [BalanceService] })
export class BalanceModule {}
