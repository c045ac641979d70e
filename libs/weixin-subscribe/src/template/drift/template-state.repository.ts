import { Injectable } from '@nestjs/common';
import { toDate } from '../../sql/epoch-column.js';
import { SqlExecutor, UniqueViolation } from '../../sql/sql-executor.js';
import type { SqlStep } from '../../sql/sql-step.js';
import type { TemplateFinding, TemplateFindingKind, TemplateState } from './template-drift.js';

interface StateRow {
  app_id: string;
  template_id: string;
  keywords: string;
  finding: TemplateFindingKind | null;
  found_at: string | number | null;
  detail: string | null;
}

const COLUMNS = 'app_id, template_id, keywords, finding, found_at, detail';

/** What the comparisons of all processes on this database have found. */
@Injectable()
export class TemplateStateRepository {
  constructor(private readonly sql: SqlExecutor) {}

  /** By template id. At most as many rows as the account has templates, by the primary key. */
  async of(appId: string): Promise<Map<string, TemplateState>> {
    const rows = await this.sql.all<StateRow>(
      `SELECT ${COLUMNS} FROM weixin_template WHERE app_id = ? ORDER BY template_id`,
      [appId],
    );
    return new Map(rows.map((row) => [row.template_id, stateOf(row)]));
  }

  /** As many rows as there are configured templates of all accounts, no more. */
  async findings(): Promise<TemplateFinding[]> {
    const rows = await this.sql.all<StateRow>(
      `SELECT ${COLUMNS} FROM weixin_template WHERE finding IS NOT NULL ORDER BY app_id, template_id`,
      [],
    );
    return rows.flatMap((row) => {
      const { templateId, finding } = stateOf(row);
      return finding ? [{ appId: row.app_id, templateId, ...finding }] : [];
    });
  }

  /**
   * Writes what one comparison found: the states of these templates, and nothing of others. In one
   * transaction. Of two processes that compared at the same moment the second meets the rows of the first,
   * which say the same.
   */
  async replace(appId: string, states: readonly TemplateState[]): Promise<void> {
    try {
      await this.sql.atomically(replaceSteps(appId, states));
    } catch (error) {
      if (!(error instanceof UniqueViolation)) throw error;
    }
  }
}

const replaceSteps = (appId: string, states: readonly TemplateState[]): SqlStep[] => [
  { name: 'forget', sql: 'DELETE FROM weixin_template WHERE app_id = ?', params: [appId] },
  ...states.map(({ templateId, keywords, finding }) => ({
    name: 'write',
    sql: `INSERT INTO weixin_template (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)`,
    params: [
      ...[appId, templateId, (keywords ?? []).join(',')],
      ...[finding?.kind ?? null, finding?.since.getTime() ?? null, finding?.detail ?? null],
    ],
  })),
];

function stateOf({ template_id: templateId, keywords, finding, found_at, detail }: StateRow): TemplateState {
  return {
    templateId,
    keywords: keywords === '' ? undefined : keywords.split(','),
    ...(finding && { finding: { kind: finding, since: toDate(found_at ?? 0), detail: detail ?? '' } }),
  };
}
