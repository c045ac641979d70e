import { SAMPLES } from 'weixin-simulator';
import { ChannelVisitor } from './channel-visitor.js';
import type { Stage } from './stage.js';

const { miniProgram, officialAccount } = SAMPLES;
const OTHER_PERSON = 'xiaohong';
const LESSON = { thing1: '高等数学', time2: '2026年11月21日 8:50' };

/** A push brings every accept, and what is switched off. */
export async function walkMiniSubscribe(stage: Stage): Promise<void> {
  const { appId, subscribeTemplateId: templateId } = miniProgram;
  const channel = { name: 'mini-subscribe', appId, templateId };
  const visitor = await ChannelVisitor.at(stage, channel, stage.world.person);
  await visitor.play('accept', '签名推送', 1);
  const long = { ...LESSON, thing1: '高等数学'.repeat(6) };
  await visitor.sendWrong(long, 'data.thing1.value must be text of 1 to 20 characters');
  await visitor.send(LESSON);
  await visitor.sendAgain(LESSON);

  const other = await ChannelVisitor.at(stage, channel, OTHER_PERSON);
  await other.play('accept', '签名推送', 1);
  await other.play('switch-off', '已失效', 0);
}

/** What the page got is reported; nobody pushes here. */
export async function walkServiceNotice(stage: Stage): Promise<void> {
  const { appId, noticeTemplateId: templateId } = officialAccount;
  const channel = { name: 'service-notice', appId, templateId };
  const visitor = await ChannelVisitor.at(stage, channel, stage.world.person);
  const notice = { ...LESSON, character_string3: 'A-301' };
  await visitor.play('accept', '前端上报', 1);
  await visitor.send(notice);
  await visitor.sendAgain(notice);
}

export async function walkMiniTemplate(stage: Stage): Promise<void> {
  const { appId, formTemplateId: templateId } = miniProgram;
  const channel = { name: 'mini-template', appId, templateId };
  const visitor = await ChannelVisitor.at(stage, channel, stage.world.person);
  const news = { keyword1: '高等数学', keyword2: '8:50', keyword3: '教室 A-301' };
  await visitor.play('submit', '表单', 1);
  await visitor.send(news);
  await visitor.sendAgain(news);
  await visitor.play('pay', '支付', 3);
}
