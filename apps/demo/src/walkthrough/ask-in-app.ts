import { Browser } from './browser.js';
import { grantKeyFor } from './grant-key.js';
import { COURSE, checkAvailable, json, type Stage } from './stage.js';

/**
 * The mobile app asks us what to ask, asks the SDK of WeChat (here: the simulator's stand-in), and brings the
 * answer.
 */
export async function askInApp(stage: Stage): Promise<string> {
  const { world, report } = stage;
  const app = new Browser();
  const grantKey = grantKeyFor(world.mobile, COURSE);

  const intent = await app.postJson(`${world.url}/weixin/app/intents`, grantKey);
  const { reserved } = json(intent);
  report.check(intent, {
    status: 201,
    holds: typeof reserved === 'string',
    says: 'what the app passes to the SDK, with a fresh state',
  });

  const question = { ...grantKey, reserved, person: world.person, answer: 'confirm' };
  const sdk = await new Browser().postJson(
    `${world.simulatorUrl}/_simulator/sdk/subscribe-message`,
    question,
  );
  const response = json(sdk).canonical as Record<string, unknown> | undefined;
  const openid = String(response?.openId);
  report.check(sdk, {
    status: 200,
    holds: response?.action === 'confirm',
    says: 'the SDK answers: action confirm, openId',
  });

  const { templateId, scene } = grantKey;
  const result = {
    reserved,
    action: response?.action,
    templateId,
    scene,
    openid,
    errCode: response?.errCode,
  };
  for (const says of ['confirmed', 'confirmed: the same answer again gives the same reply']) {
    const recorded = await app.postJson(`${world.url}/weixin/app/results`, result);
    report.check(recorded, { status: 200, holds: json(recorded).status === 'confirmed', says });
  }
  await checkAvailable(stage, { ...grantKey, openid }, 1, 'available: 1, not 2');
  return openid;
}
