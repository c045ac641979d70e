import { Body, ConflictException, Controller, Post } from '@nestjs/common';
import { type MessageRecord, NoGrantError } from 'nestjs-weixin-subscribe';
import { ReminderService } from './reminder.service';

@Controller('reminders')
export class ReminderController {
  constructor(private readonly reminders: ReminderService) {}

  @Post()
  async remind(@Body('openid') openid: string): Promise<MessageRecord> {
    try {
      return await this.reminders.remind(openid);
    } catch (error) {
      // The class that the host imports is the one that the module throws.
      if (error instanceof NoGrantError) throw new ConflictException('ask again');
      throw error;
    }
  }
}
