/** The simulator was asked for something that makes no sense; the message says what. Over HTTP: 400. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** A configuration is wrong; `field` is where, for example `accounts[0].appId`. */
export class ConfigError extends UsageError {
  override name = 'ConfigError';

  constructor(
    readonly field: string,
    problem: string,
  ) {
    super(`${field}: ${problem}`);
  }
}
