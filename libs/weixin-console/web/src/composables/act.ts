import { type Ref, ref } from 'vue';
import { asProblem, type Problem } from '../api/problem';

/** One action at a time, with what it was refused for. */
export function useAct(): {
  busy: Ref<boolean>;
  problem: Ref<Problem | undefined>;
  act(run: () => Promise<unknown>): Promise<boolean>;
} {
  const busy = ref(false);
  const problem = ref<Problem>();
  async function act(run: () => Promise<unknown>): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    problem.value = undefined;
    try {
      await run();
      return true;
    } catch (error) {
      problem.value = asProblem(error);
      return false;
    } finally {
      busy.value = false;
    }
  }
  return { busy, problem, act };
}
