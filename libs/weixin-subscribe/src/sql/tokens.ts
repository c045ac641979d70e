/** Injection token of the DataSource that this module works on, whatever its name in the host. */
export const WEIXIN_DATA_SOURCE = Symbol('WEIXIN_DATA_SOURCE');
