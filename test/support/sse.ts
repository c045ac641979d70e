import { get, type IncomingMessage } from 'node:http';

export interface ServerSentEvent {
  event: string;
  id?: string;
  data: string;
}

/** A reader of server-sent events, as an EventSource is; without its reconnecting. */
export class EventReader {
  readonly seen: ServerSentEvent[] = [];
  /** Whether the server has ended the stream properly. */
  ended = false;

  private constructor(readonly response: IncomingMessage) {
    void this.read();
  }

  static open(url: string, headers: Record<string, string>): Promise<EventReader> {
    return new Promise((resolve, reject) => {
      get(url, { headers: { ...headers, Accept: 'text/event-stream' }, agent: false }, (response) =>
        resolve(new EventReader(response)),
      ).on('error', reject);
    });
  }

  /** What the events named `progress` say. */
  get progress(): Record<string, unknown>[] {
    return this.seen.filter(({ event }) => event === 'progress').map(({ data }) => JSON.parse(data));
  }

  goAway(): void {
    this.response.destroy();
  }

  private async read(): Promise<void> {
    let rest = '';
    try {
      for await (const piece of this.response.setEncoding('utf8')) {
        const blocks = (rest + piece).split('\n\n');
        rest = blocks.pop() ?? '';
        this.seen.push(...blocks.flatMap(parse));
      }
      this.ended = this.response.complete;
    } catch {
      this.ended = false;
    }
  }
}

function parse(block: string): ServerSentEvent[] {
  const lines = block.split('\n').map((line) => line.split(/: ?(.*)/s));
  const of = (name: string) => lines.filter(([field]) => field === name).map(([, value]) => value);
  const data = of('data');
  return data.length === 0
    ? []
    : [{ event: of('event')[0] ?? 'message', id: of('id')[0], data: data.join('\n') }];
}
