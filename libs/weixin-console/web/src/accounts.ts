import { computed, ref } from 'vue';
import { useRoute, useRouter } from 'vue-router';
import { bodyOf, type Schemas, weixin } from './api/client';
import { asProblem, type Problem } from './api/problem';
import { may, session } from './session';

export interface AccountChoice {
  appId: string;
  kind?: string;
  enabled?: boolean;
  templates: { id: string; channel?: string }[];
  /** Of the options of the host, which can not be changed at run time. */
  isFixed?: boolean;
}

const KEY = 'weixin-console.account';

export const accounts = ref<AccountChoice[]>();
export const accountsProblem = ref<Problem>();

/** Loads the accounts that the session may use. */
export async function loadAccounts(): Promise<void> {
  try {
    accounts.value = await all();
    accountsProblem.value = undefined;
  } catch (error) {
    accounts.value = (session.value?.accounts ?? []).map((appId) => ({ appId, templates: [] }));
    accountsProblem.value = asProblem(error);
  }
}

async function all(): Promise<AccountChoice[]> {
  if (!may('accounts:read'))
    return (session.value?.accounts ?? []).map((appId) => ({ appId, templates: [] }));
  const { accounts: page } = await bodyOf(weixin.GET('/accounts', { params: { query: { limit: 100 } } }));
  return page.map(({ appId, kind, enabled, templates }: Schemas['Account']) => ({
    appId,
    kind,
    enabled,
    templates,
  }));
}

/** The account of a page: it stands in the address, and the last one is remembered. */
export function useAccount() {
  const route = useRoute();
  const router = useRouter();
  const appId = computed({
    get: () => {
      const { appId: given } = route.query;
      if (typeof given === 'string' && given !== '') return given;
      const known = accounts.value ?? [];
      const last = localStorage.getItem(KEY);
      return known.find((one) => one.appId === last)?.appId ?? known[0]?.appId ?? last ?? '';
    },
    set: (next) => {
      localStorage.setItem(KEY, next);
      void router.push({ query: { ...route.query, appId: next, cursor: undefined } });
    },
  });
  const account = computed(() => accounts.value?.find((one) => one.appId === appId.value));
  return { appId, account };
}
