import { CliError, plain } from './cli-error.js';
import { HostClient, type HostFlags } from './host-client.js';

interface Text {
  en: string;
  zh: string;
}

interface Finding {
  check: string;
  status: 'ok' | 'warning' | 'problem' | 'not-checked';
  message: Text;
  remedy?: Text;
  errcode?: number;
}

interface Report {
  appId: string;
  healthy: boolean;
  findings: Finding[];
}

export interface DoctorFlags {
  lang?: 'en' | 'zh';
  json?: boolean;
}

const MARKS = { ok: 'ok     ', warning: 'warning', problem: 'PROBLEM', 'not-checked': '?      ' };

/**
 * Runs the going-live checklist of an account on a running host.
 * @returns the exit code: 0 no problem was found, 2 one was
 * @throws {CliError} the host could not be reached, or refused
 */
export async function doctor(appId: string, flags: HostFlags & DoctorFlags): Promise<number> {
  if (!/^[\w-]{1,32}$/.test(appId)) throw new CliError(`"${plain(appId)}" is not an appId`);
  const report = await HostClient.of(flags, '/accounts').get<Report>(`/${appId}/doctor`);
  if (flags.json) console.log(JSON.stringify(report));
  else for (const finding of report.findings) print(finding, flags.lang ?? 'en');
  return report.healthy ? 0 : 2;
}

function print({ check, status, message, remedy, errcode }: Finding, language: 'en' | 'zh'): void {
  const code = errcode === undefined ? '' : ` (errcode ${Number(errcode)})`;
  console.log(`${MARKS[status] ?? '?      '} ${plain(check).padEnd(14)} ${plain(message[language])}${code}`);
  if (remedy) console.log(`${' '.repeat(23)}→ ${plain(remedy[language])}`);
}
