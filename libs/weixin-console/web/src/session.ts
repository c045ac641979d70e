import { computed, ref } from 'vue';
import { BASE, HEADERS, onUnauthorized, request } from './api/client';

export interface Session {
  /** Of the service key, or the person whom the host knows. */
  name: string;
  scopes: string[];
  /** appIds that may be used; absent: all. */
  accounts?: string[];
  /** Absent where the host's own sign-in decides. */
  expiresAt?: string;
}

/** `undefined` while it is not known, `null` without one. */
export const session = ref<Session | null>();
const ADDRESS = `${BASE}/session`;

/** Whether the page shows that a session has ended. */
export const expired = ref(false);

onUnauthorized(() => {
  if (session.value) expired.value = true;
  session.value = null;
});

export async function loadSession(): Promise<void> {
  const response = await fetch(ADDRESS, { headers: HEADERS, credentials: 'same-origin' });
  session.value = response.status === 200 ? ((await response.json()) as Session) : null;
}

export async function signIn(key: string): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await request(ADDRESS, { method: 'POST', headers, body: JSON.stringify({ key }) });
  session.value = (await response.json()) as Session;
  expired.value = false;
}

export async function signOut(): Promise<void> {
  await request(ADDRESS, { method: 'DELETE' });
  session.value = null;
}

/** Whether the key of this session has a scope. */
export const may = (scope: string) => session.value?.scopes.includes(scope) ?? false;
export const useMay = (scope: string) => computed(() => may(scope));
