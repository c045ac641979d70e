declare module '../kernel/weixin-events.js' {
  interface WeixinEventMap {
    /**
     * An account was added, changed or removed through this process. `fields`: the options that were given.
     */
    'weixin.account.changed': {
      appId: string;
      action: 'added' | 'changed' | 'removed';
      fields: string[];
      changedBy: string;
    };
  }
}

export {};
