import { grantKeyFor } from './grant-key.js';
import { reminder } from './send.js';
import { json, type Stage, withQuery } from './stage.js';

const SEND = '/cgi-bin/message/template/subscribe';

/** What a message came to, and the fault of the platform that makes it so. */
interface End {
  status: number;
  verdict: string;
  cause: string;
  fault?: { kind: string; errcode?: number };
}

const ENDS: End[] = [
  { status: 201, verdict: 'sent', cause: 'sent' },
  {
    status: 422,
    verdict: 'not-sent',
    cause: 'refused-no-permission',
    fault: { kind: 'errcode', errcode: 43101 },
  },
  { status: 502, verdict: 'unknown', cause: 'unknown-no-answer', fault: { kind: 'reset-after' } },
];

/** Three people who asked, and three ends: each is explained, with the one thing to do. */
export async function explainEnds(stage: Stage, course: number): Promise<void> {
  const { world, report, service } = stage;
  await world.classAsks(course, ENDS.length);
  const grantKey = grantKeyFor(world.official, course);
  const ids: string[] = [];
  for (const [index, { status, verdict, cause, fault }] of ENDS.entries()) {
    const openid = await openidOf(stage, `student-${course}-${index + 1}`);
    if (fault) await service.postJson(`${world.simulatorUrl}/_simulator/faults`, { path: SEND, ...fault });
    const sent = await service.postJson(
      `${world.url}/weixin/messages`,
      reminder(world.url, { ...grantKey, openid }),
    );
    report.check(sent, { status, says: String(json(sent).code ?? `status: ${json(sent).status}`) });
    const id = String(json(sent).id ?? json(sent).messageId);
    ids.push(id);
    await explain(stage, withQuery(world.url, `/weixin/messages/${id}/explain`, {}), verdict, cause);
  }

  const resolved = await service.postJson(`${world.url}/weixin/messages/${ids[2]}/resolve`, {
    outcome: 'sent',
  });
  report.check(resolved, {
    status: 200,
    holds: json(resolved).status === 'sent',
    says: 'status: sent, because a person found out that it had arrived',
  });

  // Before sending: the first of them has had the one message.
  const openid = await openidOf(stage, `student-${course}-1`);
  const ahead = withQuery(world.url, '/weixin/explain', { ...grantKey, openid });
  await explain(stage, ahead, 'can-not-be-sent', 'used');
}

async function explain({ report, service }: Stage, url: URL, verdict: string, cause: string): Promise<void> {
  const reply = await service.get(url);
  const {
    findings = [],
    nextStep,
    ...told
  } = json(reply) as {
    verdict?: string;
    findings?: { code: string; message: { en: string } }[];
    nextStep?: { en: string };
  };
  report.check(reply, {
    status: 200,
    holds: told.verdict === verdict && findings[0]?.code === cause,
    says: `${verdict}, ${cause}. Next: ${nextStep?.en}`,
  });
}

async function openidOf({ world, service }: Stage, person: string): Promise<string> {
  const { appId } = world.official;
  const known = await service.get(withQuery(world.simulatorUrl, '/_simulator/openid', { person, appId }));
  return String(json(known).openid);
}
