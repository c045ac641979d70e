import { computed, type WritableComputedRef } from 'vue';
import { useRoute, useRouter } from 'vue-router';

/** A value that stands in the address, so that the address can be shared; without one it is ''. */
export function useQuery(name: string, fallback = ''): WritableComputedRef<string> {
  const route = useRoute();
  const router = useRouter();
  return computed({
    get: () => {
      const value = route.query[name];
      return typeof value === 'string' ? value : fallback;
    },
    set: (next) => {
      const query = { ...route.query, [name]: next === '' || next === fallback ? undefined : next };
      void router.replace({ query });
    },
  });
}
