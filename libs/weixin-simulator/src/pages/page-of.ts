/** Where a part of a list stands in it, and the addresses beside it. */
export interface Pages {
  from: number;
  to: number;
  total: number;
  previous: string | undefined;
  next: string | undefined;
}

/**
 * One page of a list.
 * @param here the address of the first one, with its filters
 * @param page as it came in the query, 1 for the first; nonsense is the first
 */
export function pageOf<Item>(
  items: readonly Item[],
  { here, page, size }: { here: URL; page: string | undefined; size: number },
): { items: Item[]; pages: Pages } {
  const last = Math.max(1, Math.ceil(items.length / size));
  const asked = /^\d{1,6}$/.test(page ?? '') ? Number(page) : 1;
  const number = Math.min(Math.max(asked, 1), last);
  const start = (number - 1) * size;
  const shown = items.slice(start, start + size);
  const to = (other: number) => {
    const address = new URL(here);
    address.searchParams.delete('page');
    if (other > 1) address.searchParams.set('page', String(other));
    return address.pathname + address.search;
  };
  return {
    items: shown,
    pages: {
      ...{ from: shown.length === 0 ? 0 : start + 1, to: start + shown.length, total: items.length },
      previous: number > 1 ? to(number - 1) : undefined,
      next: number < last ? to(number + 1) : undefined,
    },
  };
}
