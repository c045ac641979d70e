/**
 * What one operation cost: CPU of this process and, where it can be read, of the server process that served
 * it; microseconds.
 */
export interface Cost {
  client: number;
  server?: number;
  wall: number;
}

export interface Meter {
  /**
   * CPU time that the server has used for our connection so far, nanoseconds; undefined where that can not be
   * known.
   */
  serverNs?(): number | undefined;
}

/** Runs `work`, which does as many operations as it answers, and says what one of them cost. */
export async function costOf(work: () => Promise<number>, { serverNs }: Meter = {}): Promise<Cost> {
  const server = serverNs?.();
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  const n = await work();
  const wall = Number(process.hrtime.bigint() - start) / 1000 / n;
  const { user, system } = process.cpuUsage(cpu);
  const serverEnd = serverNs?.();
  return {
    client: (user + system) / n,
    server: server === undefined || serverEnd === undefined ? undefined : (serverEnd - server) / 1000 / n,
    wall,
  };
}

/**
 * A B C A B C …: rounds of all ways in turn, because these machines are noisy. The first round warms up and
 * does not count.
 * @param order of the ways in a round; {@link shuffled} where one pays for the garbage of the way before it
 */
export async function interleaved<Way extends string>(
  rounds: number,
  ways: Record<Way, () => Promise<Cost>>,
  order = (names: Way[]) => names,
): Promise<Record<Way, Cost>> {
  const names = Object.keys(ways) as Way[];
  const costs = Object.fromEntries(names.map((name) => [name, [] as Cost[]])) as Record<Way, Cost[]>;
  for (let round = 0; round <= rounds; round++) {
    for (const name of order(names)) {
      const cost = await ways[name]();
      if (round > 0) costs[name].push(cost);
    }
  }
  return Object.fromEntries(names.map((name) => [name, medianCost(costs[name])])) as Record<Way, Cost>;
}

export function shuffled<T>(values: T[]): T[] {
  const keys = new Map(values.map((value) => [value, Math.random()]));
  return values.toSorted((a, b) => (keys.get(a) ?? 0) - (keys.get(b) ?? 0));
}

export function medianCost(costs: Cost[]): Cost {
  const server = costs.flatMap((cost) => (cost.server === undefined ? [] : [cost.server]));
  return {
    client: median(costs.map(({ client }) => client)),
    server: server.length === costs.length ? median(server) : undefined,
    wall: median(costs.map(({ wall }) => wall)),
  };
}

export function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}
