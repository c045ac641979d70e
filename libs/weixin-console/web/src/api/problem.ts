import type { components } from './schema';

/** A refusal as the API writes it (RFC 9457), or as near to it as what came allows. */
export type Problem = components['schemas']['ProblemDetails'];

/** Thrown by every call that was not answered with success. */
export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

/** The network failed, or something between the browser and the host answered in its place. */
function noProblem(status: number, title: string, detail: string): Problem {
  return { type: 'about:blank', title, status, detail, code: status === 0 ? 'NETWORK' : `HTTP_${status}` };
}

/** What a response without success says. */
export async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text().catch(() => '');
  try {
    const body = JSON.parse(text) as Partial<Problem> & { message?: unknown };
    if (typeof body.title === 'string' && typeof body.detail === 'string') return body as Problem;
    if (typeof body.message === 'string')
      return noProblem(response.status, response.statusText, body.message);
  } catch {
    // A proxy's page is not shown: its text is nobody's that we know.
  }
  return noProblem(response.status, response.statusText || `HTTP ${response.status}`, response.url);
}

/** Anything thrown, as a problem to show. */
export function asProblem(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  const detail = error instanceof Error ? error.message : String(error);
  if (error instanceof TypeError && /fetch|network|load/i.test(detail))
    return noProblem(0, 'No response', detail);
  return { type: 'about:blank', title: 'The page met an error', status: 0, detail, code: 'PAGE' };
}
