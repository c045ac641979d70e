import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { OpenApiDocument } from 'nestjs-weixin-subscribe/openapi';

/** Paths that the console never calls: other programs do. */
const OF_OTHERS =
  /^\/(authorize|oauth|callback|app|subscribe|balance|push\/\{|jssdk|form-ids|component\/(events|callback))/;

/** A field with a default may be left out of a request. */
const FLAGS = ['--default-non-nullable', 'false'];

/**
 * TypeScript's types of the routes that the console calls, from the document of a host without a prefix. The
 * paths are relative to where the API is mounted.
 */
export async function consoleApi(document: OpenApiDocument): Promise<string> {
  const paths = Object.entries(document.paths)
    .map(([path, item]) => [path.replace(/^\/weixin(?=\/)/, ''), withoutProblems(item)] as const)
    .filter(([path]) => !OF_OTHERS.test(path) && !path.startsWith('/cgi-bin'));
  const folder = mkdtempSync(join(tmpdir(), 'console-api-'));
  try {
    const [input, output] = [join(folder, 'openapi.json'), join(folder, 'schema.d.ts')];
    writeFileSync(input, JSON.stringify({ ...document, paths: Object.fromEntries(paths) }));
    await promisify(execFile)('node_modules/.bin/openapi-typescript', [input, '--output', output, ...FLAGS]);
    return readFileSync(output, 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Every refusal is a problem document: the console's api/problem.ts reads it, whatever the route. */
function withoutProblems(item: Record<string, { responses: Record<string, object> }>): object {
  return Object.fromEntries(
    Object.entries(item).map(([method, operation]) => {
      const responses = Object.entries(operation.responses).filter(([status]) => Number(status) < 400);
      return [method, { ...operation, responses: Object.fromEntries(responses) }];
    }),
  );
}
