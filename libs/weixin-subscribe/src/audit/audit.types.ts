/** One action in the audit log. */
export interface AuditEntry {
  /** In the order in which they happened. */
  id: string;
  at: Date;
  client: string;
  operator?: string;
  source: string;
  action: string;
  appId?: string;
  subject?: string;
  status: number;
  requestId?: string;
}

/** Which actions, newest first. */
export interface AuditQuery {
  appId?: string;
  /** Name of the service key. */
  actor?: string;
  action?: string;
  from?: Date;
  to?: Date;
  /** From the page before. */
  cursor?: string;
  limit: number;
}

/** A page. Where `next` is there, more may follow, even if this page is empty. */
export interface AuditPage {
  entries: AuditEntry[];
  next?: string;
}
