import { ref } from 'vue';

/** What a person is asked before something that can not be undone. */
export interface Question {
  title: string;
  means: string;
  act: string;
  /** To be typed, so that nobody does it by mistake. */
  word?: string;
}

export const question = ref<Question>();
let answered: ((yes: boolean) => void) | undefined;

/** Whether the person says yes. */
export function confirm(asked: Question): Promise<boolean> {
  answered?.(false);
  question.value = asked;
  return new Promise((resolve) => {
    answered = resolve;
  });
}

export function answer(yes: boolean): void {
  question.value = undefined;
  answered?.(yes);
  answered = undefined;
}
