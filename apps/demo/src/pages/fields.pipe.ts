import { type ArgumentMetadata, BadRequestException, Injectable, ValidationPipe } from '@nestjs/common';

/**
 * Checks a form or a query of a page. Their fields are texts; whatever else a body or a query can be made to
 * hold is refused before any recursive code looks at it.
 */
@Injectable()
export class FieldsPipe extends ValidationPipe {
  constructor() {
    super({ whitelist: true });
  }

  override transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const fields = Object.values(value ?? {});
    if (fields.some((field) => field !== null && typeof field === 'object'))
      throw new BadRequestException('every field must be text');
    return super.transform(value, metadata);
  }
}
