import { type Ledger, openLedger } from './ledger.js';

/** The indexes that claims go through. */
const INDEXES = ['ix_weixin_live_grant_claim', 'ix_weixin_live_grant_selection'];

export interface Sizes {
  rows: number;
  /** Bytes with every grant available. */
  full: number;
  /** Bytes with 95 % of them spent when they were loaded. */
  spent: number;
}

/** How big the claim indexes are, on databases that tell. */
export async function claimIndexSizes(kind: 'postgres' | 'sqlite', rows: number): Promise<Sizes> {
  const [full, spent] = [0, 0.95].map(async (share) => {
    const ledger = await openLedger(kind, [{ from: 1, rows, spent: rows * share, scene: 1 }]);
    try {
      return await bytes(ledger);
    } finally {
      await ledger.close();
    }
  });
  return { rows, full: await full, spent: await spent };
}

async function bytes({ kind, dataSource }: Ledger): Promise<number> {
  const names = INDEXES.map((name) => `'${name}'`).join(', ');
  const [{ n }] = await dataSource.query(
    kind === 'postgres'
      ? `SELECT SUM(pg_relation_size(oid)) AS n FROM pg_class WHERE relname IN (${names})`
      : `SELECT SUM(pgsize) AS n FROM dbstat WHERE name IN (${names})`,
  );
  return Number(n);
}
