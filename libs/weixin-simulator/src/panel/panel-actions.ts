import { UsageError } from '../common/usage-error.js';
import type { SimulatorVerbs } from '../control/verbs.js';
import type { FaultOptions } from '../fault/fault.js';
import { findPreset } from './fault-presets.js';

/** Where every button of the panel posts to. */
export const PANEL_ACTION = '/_simulator/panel';

type Form = Readonly<Record<string, string | undefined>>;

interface Button {
  zh: string;
  en: string;
  act(verbs: SimulatorVerbs, form: Form): unknown;
}

/**
 * What each button does, and what the next page says then; nothing a visitor sends is ever repeated there.
 */
const BUTTONS = {
  advance: {
    ...{ zh: '时钟已拨快', en: 'the clock was moved' },
    act: (verbs, { ms }) => verbs.advance(Number(ms)),
  },
  kill: {
    ...{ zh: 'token 已失效', en: 'the tokens are dead' },
    act: (verbs, { appId = '' }) => verbs.killToken(appId),
  },
  mint: {
    ...{ zh: '别处获取了新 token', en: 'somebody else fetched a token' },
    act: (verbs, { appId = '' }) => verbs.mintBehindBack(appId),
  },
  fill: {
    ...{ zh: '今日发送额度已用尽', en: 'no sends are left today' },
    act: (verbs, { appId = '' }) => verbs.fillQuota(appId),
  },
  person: { ...{ zh: '已添加', en: 'added' }, act: (verbs, { name = '' }) => verbs.addPerson(name) },
  reset: { ...{ zh: '已重置', en: 'reset' }, act: (verbs) => verbs.reset() },
  fault: {
    ...{ zh: '故障已就绪', en: 'the fault is set' },
    act: (verbs, form) => verbs.fault(readFault(form)),
  },
  'clear-fault': {
    ...{ zh: '故障已移除', en: 'the fault is gone' },
    act: (verbs, { id = '' }) => verbs.clearFaults(id),
  },
  'clear-faults': {
    ...{ zh: '故障已全部移除', en: 'all faults are gone' },
    act: (verbs) => verbs.clearFaults(),
  },
} satisfies Record<string, Button>;
export type Outcome = keyof typeof BUTTONS;

export function isOutcome(name: string | undefined): name is Outcome {
  return name !== undefined && Object.hasOwn(BUTTONS, name);
}

export function outcomeText(outcome: Outcome | undefined): { zh: string; en: string } | undefined {
  return outcome && BUTTONS[outcome];
}

/**
 * Does what a button says; gives what was done and the page to go back to. A wrong form throws a UsageError.
 */
export function pressButton(verbs: SimulatorVerbs, form: Form): { outcome: Outcome; page: string } {
  const outcome = form.do;
  if (!isOutcome(outcome)) throw new UsageError(`do: must be one of ${Object.keys(BUTTONS).join(', ')}`);
  const button: Button = BUTTONS[outcome];
  button.act(verbs, form);
  return { outcome, page: outcome.includes('fault') ? '/_simulator/faults.html' : '/_simulator/' };
}

function readFault({ preset, path, times, probability }: Form): FaultOptions {
  return {
    ...findPreset(preset).options,
    ...(path ? { path } : {}),
    times: times === 'forever' ? 'forever' : Number(times ?? 1),
    probability: Number(probability ?? 1),
  };
}
