import { askInApp } from './ask-in-app.js';
import { askInBrowser } from './ask-in-browser.js';
import { remindClass, remindInMiniProgram } from './broadcast.js';
import { Browser } from './browser.js';
import { walkCard } from './cards.js';
import { walkMiniSubscribe, walkMiniTemplate, walkServiceNotice } from './channels.js';
import { explainEnds } from './explain.js';
import { grantKeyFor } from './grant-key.js';
import type { LocalWorld } from './local-world.js';
import { sendAgain, sendReminder } from './send.js';
import {
  CLASS_COURSE,
  COURSE,
  checkAvailable,
  createStage,
  EXPLAINED_COURSE,
  json,
  OTHER_COURSE,
  type Stage,
} from './stage.js';
import type { WalkthroughReport } from './walkthrough-report.js';

/**
 * The whole flow once over HTTP, in the order in which a newcomer meets it.
 * @throws {StepFailed} at the first step that does not hold
 */
export async function walkthrough(world: LocalWorld, report: WalkthroughReport): Promise<void> {
  const stage = createStage(world, report);
  const grantKey = grantKeyFor(world.official, COURSE);

  report.step('Ask: the person goes to the confirm page of WeChat, confirms and comes back');
  const openid = (await askInBrowser(stage, COURSE, 'confirm')) ?? '';

  report.step('Record: the grant is in the ledger');
  await checkAvailable(stage, { ...grantKey, openid }, 1, 'available: 1');

  report.step('Send: class starts soon');
  await sendReminder(stage, { ...grantKey, openid });

  report.step('One grant, one message: the second send is refused');
  await sendAgain(stage, { ...grantKey, openid });

  report.step('Cancel leaves no grant');
  await askInBrowser(stage, OTHER_COURSE, 'cancel');
  await checkAvailable(stage, { ...grantKey, openid, scene: OTHER_COURSE }, 0, 'available: 0');

  report.step('The same in the mobile app');
  const appOpenid = await askInApp(stage);
  await sendReminder(stage, { ...grantKeyFor(world.mobile, COURSE), openid: appOpenid });

  report.step('Mini-program: an accept of wx.requestSubscribeMessage, reported and pushed, counts once');
  await walkMiniSubscribe(stage);

  report.step('Official account: an accept of <wx-open-subscribe>; the report of the page records it');
  await walkServiceNotice(stage);

  report.step('Legacy template message (offline since 2020-01-10): a form is one message, a payment three');
  await walkMiniTemplate(stage);

  report.step('Service card: an order goes through its states, also where an answer is lost');
  await walkCard(stage);

  report.step('Broadcast: a class has asked, one call reminds everybody');
  await remindClass(stage, CLASS_COURSE);

  report.step('Broadcast on permissions of the mini-program: a list, to each their own keywords');
  await remindInMiniProgram(stage, CLASS_COURSE);

  report.step('Explain: why somebody got it, did not get it, or would not get the next one');
  await explainEnds(stage, EXPLAINED_COURSE);

  report.step('The access_token for other services');
  await serveToken(stage);

  report.step('What the platform counted');
  await count(stage);
}

async function serveToken({ world, report, service }: Stage): Promise<void> {
  const address = `${world.url}/weixin/token/${world.official.appId}`;
  const token = await service.get(address);
  const { accessToken, expiresIn } = json(token);
  report.check(token, {
    status: 200,
    holds: typeof accessToken === 'string' && Number(expiresIn) > 0,
    says: `a token (not shown here), expires in ${expiresIn} s`,
  });
  const stranger = await new Browser().get(address);
  report.check(stranger, {
    status: 401,
    holds: !stranger.text.includes(String(accessToken)),
    says: 'nothing without a service key',
  });
}

async function count({ world, report, service }: Stage): Promise<void> {
  const counters = await service.get(`${world.simulatorUrl}/_simulator/counters`);
  const { mints = {}, maxDeliveriesPerGrant } = json(counters) as {
    mints?: object;
    maxDeliveriesPerGrant?: number;
  };
  report.check(counters, {
    status: 200,
    holds: maxDeliveriesPerGrant === 1 && Object.values(mints).every((times) => times === 1),
    says: 'no grant gave more than one message; one token minted for each account',
  });
}
