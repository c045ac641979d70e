export interface HostRequest {
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  /** JSON. */
  body?: object;
  timeoutMs: number;
}

export interface HostResponse {
  status: number;
  /** Parsed where it is JSON. */
  body: unknown;
}

/** What outlives a page. A method may throw where the front end has no storage left. */
export interface KeyValueStorage {
  get(key: string): string | undefined;
  set(key: string, value: string): void;
}

/** Where the code runs: `miniProgram(wx)`, `webPage()`, or a front end of your own. */
export interface FrontEnd {
  storage: KeyValueStorage;
  /** Rejects when no response came. */
  request(request: HostRequest): Promise<HostResponse>;
  /**
   * Shows WeChat's panel for these templates and resolves with what WeChat gave, also where it failed. Must
   * call WeChat before its first await: WeChat counts the tap as used up otherwise. Absent on web pages,
   * where the element `<wx-open-subscribe>` asks.
   */
  ask?(templateIds: string[]): Promise<object>;
  /** `subscriptionsSetting` of wx.getSetting. Rejects where the front end cannot tell. */
  settings?(): Promise<unknown>;
  /** Opens the settings of the mini-program and resolves when the person is back. Needs a tap, too. */
  openSettings?(): Promise<void>;
}
