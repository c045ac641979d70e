export { WeixinConsoleModule } from './console.module.js';
export type { WeixinConsoleExtras, WeixinConsoleOptionsFactory } from './console.module-definition.js';
export type { HostSessionOptions, OperatorResolver, WeixinConsoleOptions } from './console.options.js';
