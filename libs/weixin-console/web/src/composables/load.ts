import { onScopeDispose, type Ref, ref, shallowRef, type WatchSource, watch } from 'vue';
import { asProblem, type Problem } from '../api/problem';

export interface Loaded<T> {
  data: Ref<T | undefined>;
  problem: Ref<Problem | undefined>;
  loading: Ref<boolean>;
  reload(): Promise<void>;
}

/**
 * Loads now and whenever `sources` change. Of two loads under way only the later one counts; while it runs
 * the data of the one before stay, so that nothing jumps.
 */
export function useLoad<T>(load: () => Promise<T>, sources: WatchSource[] = []): Loaded<T> {
  const data = shallowRef<T>();
  const problem = ref<Problem>();
  const loading = ref(false);
  let latest = 0;
  async function reload(): Promise<void> {
    const mine = ++latest;
    loading.value = true;
    try {
      const loaded = await load();
      if (mine !== latest) return;
      data.value = loaded;
      problem.value = undefined;
    } catch (error) {
      if (mine !== latest) return;
      problem.value = asProblem(error);
    } finally {
      if (mine === latest) loading.value = false;
    }
  }
  watch(sources, () => void reload());
  void reload();
  onScopeDispose(() => {
    latest = -1;
  });
  return { data, problem, loading, reload };
}

/** Calls `run` every `ms` while the page is visible, and once when it becomes visible again. */
export function useRepeat(run: () => unknown, ms: number): void {
  const tick = () => {
    if (document.visibilityState === 'visible') run();
  };
  const timer = setInterval(tick, ms);
  document.addEventListener('visibilitychange', tick);
  onScopeDispose(() => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', tick);
  });
}
