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

/** Without the scope for the overview only those are known that the key names. */
export async function loadAccounts(): Promise<void> {
  accountsProblem.value = undefined;
  if (may('history:read')) {
    try {
      accounts.value = (await overviewOf({ hours: 1 })).accounts;
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
      void router.push({ query: { ...route.query, appId: next, cursor: undefined, before: undefined } });
    },
  });
  const account = computed(() => accounts.value?.find((one) => one.appId === appId.value));
  return { appId, account, known };
}
