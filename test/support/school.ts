import type { DataSource } from 'typeorm';
import { sceneKeyOf } from '../../libs/weixin-subscribe/src/grant/live-key.js';
import { firstIdAt } from '../../libs/weixin-subscribe/src/kernel/random-source.js';
import { Chance } from './chance.js';

type Value = string | number | null;
type Row = Record<string, Value>;

export interface Filled {
  /** People who have most to show, the first with a message of each status. */
  openids: string[];
  /** The newest message of each status. */
  messages: Record<string, string>;
  /** Broadcasts, the newest first. */
  broadcasts: string[];
  failedPush: string;
}

/** What an official account has sent to a school's people, as the tables hold it. */
export interface School {
  appId: string;
  templateId: string;
  now: number;
  messages: number;
  /** The messages are spread over so many days before `now`. @default 30 */
  days?: number;
  /** Grants that may be used. @default a quarter as many as messages, 5,000 at most */
  live?: number;
}

const ROWS_AT_ONCE = 500;
const DAY_MS = 86_400_000;
const PEOPLE_SHARE = 8;
const BROADCASTS = 40;
/** Of a hundred messages those below a number end like this, the first that fits; the others are sent. */
const ENDS = [
  {
    status: 'refused',
    errcode: 43101,
    errmsg: 'user refuse to accept the msg rid: 6a1bd2f0-5e11c3a7-77d20aa1',
    below: 5,
  },
  {
    status: 'failed',
    errcode: 47003,
    errmsg: 'argument invalid! data.thing1.value is empty rid: 6a1bd2f0-12aa0101-00aa0b10',
    below: 7,
  },
  {
    status: 'failed',
    errcode: null,
    errmsg: null,
    below: 8,
    reason: 'WeChat was not reached: connect ETIMEDOUT 101.226.233.168:443',
  },
] as const;
const TITLES = ['上课提醒', '作业批改完成', '调课通知', '成绩已公布', 'Class moved to room 402'];
const WORDS = [
  '线性代数 8:50 开始，教室 3-402',
  '本周作业截止时间为周五 18:00，请按时提交',
  'Linear algebra starts at 8:50, room 402',
];
const EVENTS = [
  'subscribe_msg_popup_event',
  'subscribe_msg_sent_event',
  'subscribe_msg_change_event',
  'user_authorization_revoke',
];
const ACTIONS = [
  'messages.resolve',
  'broadcasts.start',
  'broadcasts.pause',
  'people.erase',
  'pushes.replay',
  'accounts.change',
  'messages.resend',
];

/**
 * Writes a ledger of `messages` messages with their grants, and broadcasts, pushes and audit entries beside
 * it, straight into the tables: by the routes a hundred thousand would take an hour.
 */
export async function fillSchool(dataSource: DataSource, school: School): Promise<Filled> {
  const { appId, templateId, now, messages } = school;
  const span = (school.days ?? 30) * DAY_MS;
  const chance = new Chance(20_261_130);
  const pick = <T>(of: readonly T[]): T => of[chance.below(of.length)] as T;
  const people = Math.max(50, Math.floor(messages / PEOPLE_SHARE));
  const openidOf = (n: number) =>
    `oSchool${String(n).padStart(6, '0')}_${((n * 2_654_435_761) % 4_294_967_296).toString(36).padStart(7, '0')}aZ9xQ`;
  const key = { app_id: appId, template_id: templateId, channel: 'one-time' };
  const idAt = (at: number, kind: number, n: number) =>
    `${firstIdAt(at).slice(0, 14)}7${kind}${String(n % 100).padStart(2, '0')}-8${firstIdAt(n).slice(5, 8)}-${n.toString(16).padStart(12, '0')}`;
  const found: Filled = { openids: [], messages: {}, broadcasts: [], failedPush: '' };

  const broadcasts: Row[] = [];
  const batches: Row[] = [];
  for (let n = 0; n < BROADCASTS; n++) {
    const at = now - span + Math.floor((span * (n + 0.5)) / BROADCASTS);
    const id = idAt(at, 1, n);
    found.broadcasts.unshift(id);
    const total = Math.floor(messages / BROADCASTS / 2);
    const content = JSON.stringify({ title: pick(TITLES), content: { value: pick(WORDS) } });
    broadcasts.push({
      ...key,
      ...{
        id,
        audience: 'scene',
        scene: (n % 7) + 1,
        status: n % 9 === 4 ? 'cancelled' : 'finished',
        content,
      },
      ...{ digest: '', requested_by: 'courses', rate: 100, total, created_at: at, started_at: at + 1000 },
      ...{
        ended_at: at + total * 20,
        recipients: 0,
        invalid: 0,
        duplicates: 0,
        no_grant: 0,
        ended_before: 0,
      },
    });
    batches.push({
      ...key,
      ...{ id: id.slice(0, 33), broadcast_id: id, content, accepted_at: at + 1000, owner: 'school' },
      ...{
        claimed: total,
        posting: total,
        sent: Math.floor(total * 0.93),
        refused: total - Math.floor(total * 0.93),
      },
    });
  }
  await insert(dataSource, 'weixin_broadcast', broadcasts);
  const happened = broadcasts.flatMap(({ id, started_at, ended_at }, n) => [
    {
      id: idAt(Number(started_at), 8, n),
      broadcast_id: id,
      action: 'started',
      requested_by: 'courses',
      reason: null,
      happened_at: started_at,
    },
    {
      id: idAt(Number(ended_at), 9, n),
      broadcast_id: id,
      action: 'finished',
      requested_by: null,
      reason: null,
      happened_at: ended_at,
    },
  ]) as Row[];
  await insert(dataSource, 'weixin_broadcast_event', happened);
  await insert(dataSource, 'weixin_message_batch', batches);

  for (let start = 0; start < messages; start += ROWS_AT_ONCE) {
    const rows: Row[] = [];
    const grants: Row[] = [];
    for (let n = start; n < Math.min(messages, start + ROWS_AT_ONCE); n++) {
      // More by day than by night.
      const at = byDay(now - span + Math.floor((span * n) / messages), now);
      const openid = openidOf(Math.floor(chance.fraction() * chance.fraction() * people));
      const grantId = idAt(at - 60_000, 2, n);
      const id = idAt(at, 3, n);
      const dice = chance.below(100);
      const end = ENDS.find(({ below }) => dice < below);
      const open = n >= messages - 40 && n % 4 === 0;
      const status = open ? 'unknown' : (end?.status ?? 'sent');
      const scene = (n % 7) + 1;
      rows.push({
        ...key,
        ...{ id, openid, scene, status, grant_id: grantId, proof: n % 11 === 0 ? 'unproven' : 'bound' },
        content: JSON.stringify({ title: pick(TITLES), content: { value: pick(WORDS) } }),
        ...{
          content_digest: '',
          idempotency_key: null,
          requested_by: n % 3 === 0 ? 'courses' : 'homework-service',
        },
        broadcast_id:
          n % 2 === 0
            ? (found.broadcasts[BROADCASTS - 1 - Math.floor((n * BROADCASTS) / messages)] ?? null)
            : null,
        errcode: open ? null : status === 'sent' ? 0 : (end?.errcode ?? null),
        errmsg: open || status === 'sent' ? null : (end?.errmsg ?? null),
        reason: open ? 'no usable answer: socket hang up' : end && 'reason' in end ? end.reason : null,
        ...{ accepted_at: at, settled_at: at + 180, attempts: 1, resends: 0, due_at: null },
      });
      grants.push({
        ...key,
        ...{
          id: grantId,
          openid,
          scene,
          scene_key: sceneKeyOf({ appId: key.app_id, templateId: key.template_id, scene }),
          intent_id: grantId,
          subject: null,
          proof: 'bound',
          granted_at: at - 60_000,
        },
      });
      found.messages[status] = id;
      if (n >= messages - 400 && n % 40 === 3) found.openids.unshift(openid);
    }
    await insert(dataSource, 'weixin_grant', grants);
    await insert(dataSource, 'weixin_message', rows);
  }

  const waiting: Row[] = [];
  const live: Row[] = [];
  const confirmed: Row[] = [];
  const many = school.live ?? Math.min(5000, Math.ceil(messages / 4));
  for (let n = 0; n < many; n++) {
    const at = now - Math.floor((span * (many - n)) / many);
    const openid = n < found.openids.length ? (found.openids[n] as string) : openidOf(n);
    const id = idAt(at, 4, n);
    const scene = (n % 7) + 1;
    const shared = { ...key, id, openid, scene, proof: 'bound', granted_at: at };
    live.push(shared);
    const sceneKey = sceneKeyOf({ appId: key.app_id, templateId: key.template_id, scene });
    confirmed.push({ ...shared, scene_key: sceneKey, intent_id: id, subject: null });
    if (n % 20 !== 0) continue;
    const accepted = now - 3_600_000 + n;
    waiting.push({
      ...key,
      ...{
        id: idAt(accepted, 5, n),
        openid,
        scene,
        status: 'waiting',
        content_digest: '',
        requested_by: 'courses',
      },
      content: JSON.stringify({ title: pick(TITLES), content: { value: pick(WORDS) } }),
      ...{
        accepted_at: accepted,
        attempts: 0,
        resends: 0,
        not_before: now + 6 * 3_600_000,
        due_at: now + 6 * 3_600_000 + n,
      },
    });
  }
  await insert(dataSource, 'weixin_live_grant', live);
  await insert(dataSource, 'weixin_grant', confirmed);
  await insert(dataSource, 'weixin_message', waiting);

  const pushes: Row[] = [];
  for (let n = 0; n < Math.ceil(messages / 20); n++) {
    const at = now - span + Math.floor((span * n * 20) / messages);
    const status = n % 97 === 3 ? 'failed' : 'done';
    const id = idAt(at, 6, n);
    if (status === 'failed') found.failedPush = id;
    pushes.push({
      ...{
        id,
        app_id: appId,
        identity: `school-${now}-${n}`,
        signature: null,
        name: pick(EVENTS),
        openid: openidOf(n % people),
        status,
      },
      ...{
        payload: status === 'failed' ? '{}' : null,
        attempts: status === 'failed' ? 12 : 1,
        received_at: at,
        ended_at: at + 400,
      },
      reason: status === 'failed' ? 'CourseListener.onPopup: connect ECONNREFUSED 10.0.3.7:5672' : null,
    });
  }
  await insert(dataSource, 'weixin_push_event', pushes);

  const audit: Row[] = [];
  for (let n = 0; n < Math.ceil(messages / 40); n++) {
    const at = now - span + Math.floor((span * n * 40) / messages);
    const action = pick(ACTIONS);
    audit.push({
      ...{
        id: idAt(at, 7, n),
        at,
        client: n % 4 === 0 ? 'reader' : 'courses',
        operator: n % 5 === 0 ? '王小明' : null,
        action,
      },
      ...{
        source: n % 3 === 0 ? 'rest' : 'console',
        app_id: appId,
        status: n % 13 === 0 ? 403 : 200,
        request_id: null,
      },
      subject: action.startsWith('messages')
        ? found.messages.refused
        : action.startsWith('broadcasts')
          ? pick(found.broadcasts)
          : null,
    } as Row);
  }
  await insert(dataSource, 'weixin_audit', audit);
  return found;
}

/** The same moment of a day from 7:00 to 22:00 in China; what would lie ahead stays where it is. */
function byDay(at: number, now: number): number {
  const chinaMs = 8 * 3_600_000;
  const day = Math.floor((at + chinaMs) / DAY_MS) * DAY_MS - chinaMs;
  const moved = day + 7 * 3_600_000 + Math.floor(((at - day) * 15) / 24);
  return moved < now ? moved : at;
}

async function insert(dataSource: DataSource, table: string, rows: Row[]): Promise<void> {
  for (let start = 0; start < rows.length; start += ROWS_AT_ONCE) {
    const some = rows.slice(start, start + ROWS_AT_ONCE);
    const columns = Object.keys(some[0] as Row);
    const values = some.map((row) => `(${columns.map((name) => literal(row[name] ?? null)).join(', ')})`);
    await dataSource.query(`INSERT INTO ${table} (${columns.join(', ')}) VALUES ${values.join(', ')}`);
  }
}

const literal = (value: Value): string =>
  typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
