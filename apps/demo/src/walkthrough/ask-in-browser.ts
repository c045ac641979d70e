import { Browser } from './browser.js';
import { grantKeyFor } from './grant-key.js';
import { readForm } from './html-form.js';
import { type Stage, withQuery } from './stage.js';

/**
 * Ask, WeChat's confirm page, its form, and back: as a person in a browser goes. Answers the openid that a
 * confirm brought.
 */
export async function askInBrowser(
  { world, report }: Stage,
  scene: number,
  answer: 'confirm' | 'cancel',
): Promise<string | undefined> {
  const browser = new Browser();
  const { appId, templateId } = grantKeyFor(world.official, scene);
  const returnTo = `/courses/${scene}`;

  const asked = await browser.get(
    withQuery(world.url, '/weixin/authorize', { appId, templateId, scene, returnTo }),
  );
  report.check(asked, {
    status: 302,
    holds: asked.location?.origin === world.simulatorUrl && asked.setsCookie,
    says: 'to the confirm page of WeChat, with a cookie that binds the answer to this browser',
  });

  const page = await browser.get(String(asked.location));
  const form = readForm(page.text);
  report.check(page, {
    status: 200,
    holds: form?.buttons.answer?.includes(answer),
    says: 'a page that asks, with the buttons confirm and cancel',
  });

  const target = new URL(form?.action ?? '', page.url);
  const tapped = await browser.submit(target, { ...form?.fields, person: world.person, answer });
  const openid = tapped.location?.searchParams.get('openid') ?? undefined;
  report.check(tapped, {
    status: 302,
    holds:
      tapped.location?.pathname === '/weixin/callback' && (openid !== undefined) === (answer === 'confirm'),
    says: `${world.person} taps ${answer}: back to us, ${openid ? 'with the openid' : 'without an openid'}`,
  });

  const back = await browser.get(String(tapped.location));
  const result = answer === 'confirm' ? 'confirmed' : 'cancelled';
  report.check(back, {
    status: 302,
    holds: back.location?.href === `${world.url}${returnTo}?subscribe=${result}`,
    says: `to ${returnTo}?subscribe=${result}`,
  });

  const course = await browser.get(String(back.location));
  const says = answer === 'confirm' ? '订阅成功' : '已取消';
  report.check(course, {
    status: 200,
    holds: course.text.includes(says),
    says: `the course page says ${says} (${result})`,
  });
  return openid;
}
