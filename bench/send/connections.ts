import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SELF_SIGNED } from '../../test/support/tls-certificate.js';
import { newDirectory } from '../sdks/processes.mjs';
import { atMost, type Line } from '../support/report.js';
import { AnsweringServer, type Job, Sender } from './processes.js';

const SENDS = 1000;

/**
 * How many connections 1,000 sends over TLS open, the token's included. The pool may have 64: the concurrency
 * limits them, not that option.
 */
export async function connectionsOverTls(): Promise<Line[]> {
  const lines: Line[] = [];
  for (const transport of ['undici', 'axios']) {
    for (const inFlight of [1, 16, 64]) {
      const opened = await open({ transport, connections: 64 }, inFlight);
      lines.push({
        ...line(`${inFlight} in flight, transport: '${transport}'`, opened),
        goal: atMost(opened, inFlight, String(inFlight)),
      });
    }
  }
  const opened = await open({ bare: 'axios-new-connections' }, 16);
  lines.push(line('16 in flight, bare axios that keeps none (the count can fail)', opened));
  return lines;
}

async function open(job: Omit<Job, 'origin'>, inFlight: number): Promise<number> {
  const server = await AnsweringServer.start(SELF_SIGNED);
  const certificate = join(newDirectory('tls'), 'certificate.pem');
  writeFileSync(certificate, SELF_SIGNED.cert);
  try {
    const sender = await Sender.start(
      { ...job, origin: server.origin },
      { NODE_EXTRA_CA_CERTS: certificate },
    );
    await sender.round(SENDS, inFlight);
    sender.end();
    return await server.connections();
  } finally {
    server.end();
  }
}

function line(where: string, opened: number): Line {
  return {
    id: 'G4',
    what: `connections opened by ${SENDS.toLocaleString('en')} sends over TLS`,
    where,
    measured: String(opened),
    beside: '–',
    ratio: '–',
  };
}
