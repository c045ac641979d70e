import { readFileSync } from 'node:fs';
import type { ReviewFinding, TemplateDraft } from 'nestjs-weixin-subscribe/review';
import { CliError, plain } from './cli-error.js';

export interface ReviewFlags {
  title?: string;
  /** `name=example` each. */
  keyword?: string[];
  otherTitle?: string[];
  lang?: 'en' | 'zh';
  json?: boolean;
}

/**
 * Shows what WeChat's review would object to; needs no running host and no key.
 * @returns the exit code: 0 nothing was found, 1 there are findings
 * @throws {CliError} there is no template to review, or the library is not installed
 */
export async function review(file: string | undefined, flags: ReviewFlags): Promise<number> {
  const findings = await findingsOf(draftOf(file, flags));
  if (flags.json) console.log(JSON.stringify({ findings }));
  else for (const finding of findings) console.log(inOneLine(finding, flags.lang));
  if (findings.length === 0 && !flags.json)
    console.log(
      flags.lang === 'zh' ? '未发现问题（不代表审核通过）' : 'nothing found, which is not an approval',
    );
  return findings.length === 0 ? 0 : 1;
}

async function findingsOf(draft: TemplateDraft): Promise<ReviewFinding[]> {
  const { reviewTemplate } = await library();
  try {
    return reviewTemplate(draft);
  } catch (error) {
    throw new CliError(
      (error as Error).message,
      'A template is {"title", "keywords": [{"name", "example"}], "otherTitles"?}.',
    );
  }
}

function inOneLine({ place, rule, message, messageZh }: ReviewFinding, lang: ReviewFlags['lang']): string {
  return plain(lang === 'zh' ? `${place} [${rule}] ${messageZh}` : `${place} [${rule}] ${message}`);
}

/** Loads the rules of the version that the host runs. No other command needs the library. */
async function library(): Promise<typeof import('nestjs-weixin-subscribe/review')> {
  try {
    return await import('nestjs-weixin-subscribe/review');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new CliError(
      'the rules are part of nestjs-weixin-subscribe, which can not be loaded here',
      'Install this command line beside the library: npm i -D nestjs-weixin-subscribe-cli',
    );
  }
}

/** Flags win over the file. */
function draftOf(file: string | undefined, { title, keyword, otherTitle }: ReviewFlags): TemplateDraft {
  if (file === undefined && title === undefined)
    throw new CliError(
      'there is no template',
      'Name a JSON file (- for standard input), or give --title and --keyword.',
    );
  const given = {
    ...(file === undefined ? {} : fromFile(file)),
    ...(title !== undefined && { title }),
    ...(keyword && { keywords: keyword.map(keywordOf) }),
    ...(otherTitle && { otherTitles: otherTitle }),
  };
  return given as TemplateDraft;
}

function keywordOf(text: string): { name: string; example: string } {
  const at = text.indexOf('=');
  if (at < 1) throw new CliError(`--keyword must be name=example, got "${plain(text).slice(0, 60)}"`);
  return { name: text.slice(0, at), example: text.slice(at + 1) };
}

function fromFile(file: string): object {
  const name = file === '-' ? 'standard input' : file;
  const text = read(file, name);
  try {
    return Object(JSON.parse(text.replace(/^\ufeff/, '')));
  } catch {
    throw new CliError(`${name} is not valid JSON`);
  }
}

function read(file: string, name: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (error) {
    throw new CliError(`${name} can not be read: ${(error as Error).message}`);
  }
}
