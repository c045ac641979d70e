import { type DynamicModule, Module } from '@nestjs/common';
import { Environment } from './environment.js';

/** Gives the checked environment to everybody. */
@Module({})
// biome-ignore lint/complexity/noStaticOnlyClass: a dynamic module of Nest
export class EnvironmentModule {
  static with(environment: Environment): DynamicModule {
    return {
      module: EnvironmentModule,
      global: true,
      providers: [{ provide: Environment, useValue: environment }],
      exports: [Environment],
    };
  }
}
