import { BoundedList } from '../common/bounded-list.js';

/** One call as the platform saw it. Tokens are shown (this is a simulator), AppSecrets never. */
export interface RecordedCall {
  id: number;
  at: number;
  method: string;
  path: string;
  query: Record<string, string>;
  /** Parsed JSON, or text, or null. */
  body: unknown;
  ip: string;
  appId: string | null;
  openid: string | null;
  /** Null when no answer left the simulator. */
  status: number | null;
  /** What was answered, or would have been had the answer not been lost. */
  answer: unknown;
  errcode: number | null;
  /** The id in the errmsg of a refusal; `openapi/rid/get` explains it. */
  rid: string | null;
  /** On the simulator's clock: 0 when it is frozen. */
  costMs: number;
  /** Kinds of the faults that bent this call. */
  faults: string[];
}

const SECRET_FIELDS = ['secret', 'appsecret', 'app_secret', 'appSecret', 'component_appsecret'];

/** The last calls, oldest first. */
export class CallLog {
  private readonly entries: BoundedList<RecordedCall>;
  private count = 0;

  constructor(limit: number) {
    this.entries = new BoundedList(limit);
  }

  record(call: Omit<RecordedCall, 'id'>): void {
    this.entries.push({
      id: ++this.count,
      ...call,
      query: maskSecrets(call.query),
      body: maskSecrets(call.body),
    });
  }

  list(): RecordedCall[] {
    return this.entries.items();
  }

  findRid(rid: string): RecordedCall | undefined {
    return this.entries.items().findLast((call) => call.rid === rid);
  }

  reset(): void {
    this.entries.clear();
    this.count = 0;
  }
}

function maskSecrets<T>(fields: T): T {
  if (typeof fields === 'string')
    return fields.replace(/(secret["']?\s*[=:]\s*["']?)[^&"'\s]+/gi, '$1***') as T;
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return fields;
  const masked = { ...fields } as Record<string, unknown>;
  for (const name of SECRET_FIELDS) if (name in masked) masked[name] = '***';
  return masked as T;
}
