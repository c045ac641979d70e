import { API, request } from './client';

/**
 * Server-sent events by `fetch`, since `EventSource` can not send the header that the session needs.
 * Ends when the server ends the stream.
 * @throws {ProblemError}
 */
export async function readEvents<T>(
  path: string,
  receive: (data: T) => void,
  signal: AbortSignal,
): Promise<void> {
  const response = await request(`${API}${path}`, { signal, headers: { accept: 'text/event-stream' } });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return;
  let pending = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    pending += value;
    const events = pending.split(/\r?\n\r?\n/);
    pending = events.pop() ?? '';
    for (const event of events) {
      const data = event
        .split(/\r?\n/)
        .filter((line) => line.startsWith('data:'))
        .map((line) => line.slice(5).trimStart());
      if (data.length > 0) receive(JSON.parse(data.join('\n')) as T);
    }
  }
}

/** Saves the response of a route as a file. */
export async function download(path: string, name: string): Promise<void> {
  const address = URL.createObjectURL(await (await request(`${API}${path}`)).blob());
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
