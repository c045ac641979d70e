/** What is written to CSV. */
export interface ExportQuery {
  appId: string;
  /** @default all templates */
  templateId?: string;
  /** The first day, `YYYY-MM-DD`, from 2000 on. */
  from: string;
  /** The last day, `YYYY-MM-DD`. */
  to: string;
  /** Whose days, an IANA name. @default 'Asia/Shanghai' */
  timeZone?: string;
  /** Start with a byte order mark, by which Excel knows the text for UTF-8. @default false */
  bom?: boolean;
  /** Of the column `meaning`. @default 'en' */
  language?: 'en' | 'zh';
}
