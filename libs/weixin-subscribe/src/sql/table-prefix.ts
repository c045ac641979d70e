/** All tables of this library begin with it. */
export const TABLE_PREFIX = 'weixin_';
