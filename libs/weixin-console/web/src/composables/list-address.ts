import { type ComputedRef, computed } from 'vue';
import { useRoute } from 'vue-router';

/** Rows of a page of a list. */
export const PAGE = 50;

/**
 * What stands in the address of a list, so that the address can be shared: its filters, and after which row
 * its page begins.
 */
export function useListAddress<const Filter extends string = never>(
  filters: readonly Filter[] = [],
): {
  /** '' where the address does not have it, or several of it. */
  queryOf(name: string): string;
  /** The filters that are set. */
  given: ComputedRef<Partial<Record<Filter, string>>>;
  isFiltered: ComputedRef<boolean>;
  /** `undefined`: the first page. */
  cursor: ComputedRef<string | undefined>;
} {
  const route = useRoute();
  const queryOf = (name: string): string => {
    const value = route.query[name];
    return typeof value === 'string' ? value : '';
  };
  const given = computed(() => {
    const set = filters.map((name) => [name, queryOf(name)] as const).filter(([, value]) => value !== '');
    return Object.fromEntries(set) as Partial<Record<Filter, string>>;
  });
  const isFiltered = computed(() => Object.keys(given.value).length > 0);
  const cursor = computed(() => queryOf('cursor') || undefined);
  return { queryOf, given, isFiltered, cursor };
}

/** After which row the next page begins, where the API gives no cursor: the last one of a full page. */
export const lastOf = <Row>(rows: Row[] | undefined, of: (row: Row) => string): string | undefined => {
  const last = rows?.at(PAGE - 1);
  return last && of(last);
};
