import { computed, ref } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { bodyOf, type Schemas, weixin } from './api/client';
import { asProblem, type Problem } from './api/problem';
import { may, session } from './session';

export type Overview = Schemas['Overview'];
export type Account = Overview['accounts'][number];

const KEY = 'weixin-console.account';

/** The accounts that the session may use; `undefined` until they are known. */
export const accounts = ref<Account[]>();
export const accountsProblem = ref<Problem>();

/** Of one account, or of all that the session may use. */
export const overviewOf = (query: { appId?: string; hours?: number }): Promise<Overview> =>
  bodyOf(weixin.GET('/overview', { params: { query } }));

/** What the start has asked for; the overview, where it is the first page, asks for the same at once. */
let begun: { hours: number; at: number; overview: Overview } | undefined;
const SAME_START_MS = 5000;

/** Of all accounts. The one that {@link loadAccounts} has just got is taken, once. */
export async function freshOverview(hours: number): Promise<Overview> {
  const { hours: known, at = 0, overview } = begun ?? {};
  begun = undefined;
  return overview && known === hours && Date.now() - at < SAME_START_MS ? overview : overviewOf({ hours });
}

/**
 * Without the scope for the overview only those are known that the key names.
 * @param hours of which the page shows the messages. @default 1
 */
export async function loadAccounts(hours = 1): Promise<void> {
  accountsProblem.value = undefined;
  if (may('history:read')) {
    try {
      const overview = await overviewOf({ hours });
      begun = { hours, at: Date.now(), overview };
      accounts.value = overview.accounts;
      return;
    } catch (error) {
      accountsProblem.value = asProblem(error);
    }
  }
  accounts.value = undefined;
}

/** The account of a page: it stands in the address, and the last one is remembered. */
export function useAccount() {
  const route = useRoute();
  const router = useRouter();
  const known = computed(() => accounts.value?.map((one) => one.appId) ?? session.value?.accounts ?? []);
  const appId = computed({
    get: () => {
      const { appId: given } = route.query;
      if (typeof given === 'string' && given !== '') return given;
      const last = localStorage.getItem(KEY);
      return known.value.find((one) => one === last) ?? known.value[0] ?? last ?? '';
    },
    set: (next) => {
      localStorage.setItem(KEY, next);
      void router.push({ query: { ...route.query, appId: next, cursor: undefined } });
    },
  });
  const account = computed(() => accounts.value?.find((one) => one.appId === appId.value));
  return { appId, account, known };
}
