import type { DynamicModule, Provider, Type } from '@nestjs/common';

/**
 * A room of one instance of the library. Nest knows a dynamic module by reference: rooms that import the same
 * object share its providers, and another `forRoot()`, with rooms of its own, shares nothing with these.
 *
 * @param providers what the room needs from its composition
 */
export function room(
  module: Type,
  imports: NonNullable<DynamicModule['imports']>,
  providers: Provider[] = [],
): DynamicModule {
  return { module, imports, providers };
}
