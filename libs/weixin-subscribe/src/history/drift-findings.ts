import type { GrantRule } from '../account/account.options.js';
import type { BilingualText } from '../weixin/errcodes.js';
import {
  DRIFT_KINDS,
  type DriftFinding,
  type DriftKind,
  type DriftThresholds,
  type TemplateDrift,
} from './drift.types.js';
import { isMeasuredByAnswers } from './template-drift.js';

/** The differences that have reached their threshold, the most frequent first. */
export function findingsOf(
  templates: TemplateDrift[],
  grantRule: GrantRule,
  thresholds: DriftThresholds,
): DriftFinding[] {
  return templates
    .filter(({ settled }) => settled >= thresholds.minMessages)
    .flatMap((template) =>
      DRIFT_KINDS.filter((kind) => {
        const { count, rate } = template.drift[kind];
        return count > 0 && rate >= (kind === 'refused' ? thresholds.refusedRate : thresholds.mistakeRate);
      }).map((kind) => finding(kind, template, grantRule)),
    )
    .sort((a, b) => b.rate - a.rate);
}

function finding(kind: DriftKind, template: TemplateDrift, grantRule: GrantRule): DriftFinding {
  const { count, unproven, rate } = template.drift[kind];
  const of = isMeasuredByAnswers(kind) ? template.answered : template.settled;
  const share = `${(rate * 100).toFixed(1)} %`;
  const { en, zh } = SAYS[kind];
  return {
    kind,
    templateId: template.templateId,
    count,
    unproven,
    rate,
    says: {
      en: `${count} of ${of} messages (${share}) ${en}${unproven > 0 ? ` ${unproven} of them rest on openids that are not proven.` : ''}`,
      zh: `${of} 条消息中有 ${count} 条（${share}）${zh}${unproven > 0 ? `其中 ${unproven} 条的 openid 未经证明。` : ''}`,
    },
    remedy: kind === 'one-per-scene' ? ONE_PER_SCENE[grantRule] : REMEDIES[kind],
  };
}

/** What follows the number of messages. */
const SAYS: Record<DriftKind, BilingualText> = {
  refused: {
    en: 'were refused by WeChat although the ledger held an unused grant, and nothing in the ledger says why.',
    zh: '被微信拒绝，而账本中有未使用的授权，且账本无法解释原因。',
  },
  'one-per-scene': {
    en: 'were refused by WeChat after another message under the same scene had used the grant: WeChat takes several confirms under one scene for one.',
    zh: '被微信拒绝：同一 scene 下的另一条消息已用掉授权。微信把同一 scene 下的多次确认算作一次。',
  },
  'not-sent-was-sent': {
    en: 'were refused by WeChat after an earlier message of the same grant was resolved as "not-sent": that one had arrived.',
    zh: '被微信拒绝：同一授权下更早的一条消息曾被人工判定为 "not-sent"，实际上已经送达。',
  },
  'openid-unusable': {
    en: 'went to openids that WeChat does not know for this account, although the ledger held a grant.',
    zh: '发往微信在此账号下不认识的 openid，而账本中有授权。',
  },
  'unknown-was-sent': {
    en: 'got no usable response and turned out to have been sent.',
    zh: '没有得到可用的应答，事后确认已经发出。',
  },
};

const ONE_PER_SCENE: Record<GrantRule, BilingualText> = {
  count: {
    en: 'Set grantRule "set" (one per scene) for this account: the rule "count" promises messages that WeChat does not deliver. To hold several grants of one person, ask under different scenes (SceneRegistry).',
    zh: '将此账号的 grantRule 设为 "set"（每个 scene 一次）："count" 规则会承诺微信并不投递的消息。若要同时持有同一用户的多次授权，请使用不同的 scene（SceneRegistry）。',
  },
  set: {
    en: 'Do not ask again under a scene while a message under it is under way: ask after it was sent, or under another scene (SceneRegistry).',
    zh: '某个 scene 下的消息尚在发送时，不要在同一 scene 下再次询问：等发出后再问，或换用另一个 scene（SceneRegistry）。',
  },
};

const REMEDIES: Record<Exclude<DriftKind, 'one-per-scene'>, BilingualText> = {
  refused: {
    en: 'Check that nothing else sends under this appId and template (an older release or another system uses the grants up), that imported grants were real and unused, and that messages go out under the scene that was confirmed. What remains are people who switched the messages off: ask at a moment when they expect one.',
    zh: '检查是否有其他程序以同一 appId 和模板发送（旧版本或其他系统会用掉授权），导入的授权是否真实且未使用，发送时的 scene 是否与确认时一致。其余的是关闭了消息的用户：请在用户期待消息的时机再询问。',
  },
  'not-sent-was-sent': {
    en: 'Resolve an unknown message as "not-sent" only on proof; in doubt, as "sent": then nobody is written to twice and no refusal follows.',
    zh: '只有确有证据时才把 unknown 消息判定为 "not-sent"；拿不准就判定为 "sent"，这样不会重复打扰用户，也不会再遭拒绝。',
  },
  'openid-unusable': {
    en: 'Send each openid with the appId it belongs to: an openid of another account, or of a migrated one, is worth nothing here. Check imports, and where the openid of a mobile app comes from.',
    zh: 'openid 必须与所属的 appId 一起使用：其他账号或已迁移账号的 openid 在此无效。请检查导入的数据，以及移动应用的 openid 来源。',
  },
  'unknown-was-sent': {
    en: 'Answers get lost on the way: raise http.timeoutMs, and check the proxy and the network towards the platform. Until then take "unknown" for probably delivered.',
    zh: '应答在途中丢失：请调高 http.timeoutMs，并检查通往平台的代理和网络。在此之前，把 unknown 视为很可能已送达。',
  },
};
