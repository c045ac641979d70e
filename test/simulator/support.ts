import { SAMPLES, type SimulatorOptions, WeixinSimulator } from 'weixin-simulator';

export const OFFICIAL = SAMPLES.officialAccount.appId;
export const MOBILE = SAMPLES.mobileApp.appId;
export const MINI = SAMPLES.miniProgram.appId;
export const SAMPLE_APP = SAMPLES.mobileApp;
export const TEMPLATE = SAMPLES.officialAccount.templateId;
export const SECRETS: Record<string, string> = {
  [OFFICIAL]: SAMPLES.officialAccount.appSecret,
  [MOBILE]: SAMPLES.mobileApp.appSecret,
  [MINI]: SAMPLES.miniProgram.appSecret,
};
/** 2026-10-07 12:00 in Shanghai. */
export const NOON = Date.UTC(2026, 9, 7, 4);
export const SEND_PATH = '/cgi-bin/message/template/subscribe';

export interface ApiAnswer {
  errcode?: number;
  errmsg?: string;
  access_token?: string;
  expires_in?: number;
}

const running: WeixinSimulator[] = [];

/** A simulator on a frozen clock, closed after the test. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<WeixinSimulator> {
  const simulator = await WeixinSimulator.start({ clock: { frozen: true, startAt: NOON }, ...options });
  running.push(simulator);
  return simulator;
}

export async function closeSimulators(): Promise<void> {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()));
}

export async function getJson(url: string, init?: RequestInit): Promise<ApiAnswer> {
  const response = await fetch(url, init);
  expect(response.status).toBe(200);
  return (await response.json()) as ApiAnswer;
}

export function tokenUrl(simulator: WeixinSimulator, fields: Record<string, string> = {}): string {
  const query = {
    grant_type: 'client_credential',
    appid: OFFICIAL,
    secret: SECRETS[OFFICIAL] as string,
    ...fields,
  };
  return `${simulator.url}/cgi-bin/token?${new URLSearchParams(query)}`;
}

export async function fetchToken(simulator: WeixinSimulator, appId: string = OFFICIAL): Promise<string> {
  const answer = await getJson(tokenUrl(simulator, { appid: appId, secret: SECRETS[appId] as string }));
  return answer.access_token ?? '';
}

export function fetchStable(simulator: WeixinSimulator, fields: object = {}): Promise<ApiAnswer> {
  const body = { grant_type: 'client_credential', appid: OFFICIAL, secret: SECRETS[OFFICIAL], ...fields };
  return getJson(`${simulator.url}/cgi-bin/stable_token`, { method: 'POST', body: JSON.stringify(body) });
}

export function messageTo(openid: string, fields: object = {}): object {
  return {
    touser: openid,
    template_id: TEMPLATE,
    scene: '1000',
    title: '上课提醒',
    data: { content: { value: '第一行\n第二行', color: '#FF0000' } },
    ...fields,
  };
}

export function send(simulator: WeixinSimulator, token: string, body: unknown): Promise<ApiAnswer> {
  return getJson(`${simulator.url}${SEND_PATH}?access_token=${encodeURIComponent(token)}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

export function confirmUrl(
  simulator: WeixinSimulator,
  fields: Record<string, string | undefined> = {},
): string {
  const query = {
    action: 'get_confirm',
    appid: OFFICIAL,
    scene: '1000',
    template_id: TEMPLATE,
    redirect_url: 'http://127.0.0.1:3000/weixin/callback',
    reserved: 'test',
    ...fields,
  };
  const given = Object.entries(query).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return `${simulator.url}/mp/subscribemsg?${new URLSearchParams(given)}#wechat_redirect`;
}
