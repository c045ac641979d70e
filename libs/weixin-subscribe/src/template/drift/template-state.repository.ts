import { Injectable } from '@nestjs/common';
import { SqlExecutor, UniqueViolation } from '../../sql/sql-executor.js';
import type { SqlStep } from '../../sql/sql-step.js';
import { moment, optional, orEmpty, type RowOf, Table, text, words } from '../../sql/table.js';
import type { TemplateFinding, TemplateFindingKind, TemplateState } from './template-drift.js';

const STATES = new Table('weixin_template', {
  app_id: text(),
  template_id: text(),
  keywords: orEmpty(words()),
  finding: optional(text<TemplateFindingKind>()),
  found_at: optional(moment()),
  detail: optional(text()),
});
type StateRow = RowOf<typeof STATES>;

/** What the comparisons of all processes on this database have found. */
@Injectable()
export class TemplateStateRepository {
  constructor(private readonly sql: SqlExecutor) {}

  /** By template id. At most as many rows as the account has templates, by the primary key. */
  async of(appId: string): Promise<Map<string, TemplateState>> {
    const rows = await this.sql.all<StateRow>(`${STATES.select} WHERE app_id = ? ORDER BY template_id`, [
      appId,
    ]);
    return new Map(rows.map((row) => [row.template_id, stateOf(row)]));
  }

  /** As many rows as there are configured templates of all accounts, no more. */
  async findings(): Promise<TemplateFinding[]> {
    const rows = await this.sql.all<StateRow>(
      `${STATES.select} WHERE finding IS NOT NULL ORDER BY app_id, template_id`,
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
  { name: 'forget', sql: `DELETE FROM ${STATES.name} WHERE app_id = ?`, params: [appId] },
  ...states.map(({ templateId, keywords, finding }) => ({
    name: 'write',
    ...STATES.insert([
      {
        ...{ appId, templateId, keywords },
        ...{ finding: finding?.kind, foundAt: finding?.since, detail: finding?.detail },
      },
    ]),
  })),
];

function stateOf(row: StateRow): TemplateState {
  const { templateId, keywords, finding, foundAt = new Date(0), detail = '' } = STATES.read(row);
  return { templateId, keywords, ...(finding && { finding: { kind: finding, since: foundAt, detail } }) };
}
