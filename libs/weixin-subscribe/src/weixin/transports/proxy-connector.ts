import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { buildConnector } from 'undici';
import type { ForwardProxy } from '../../kernel/forward-proxy.js';
import { errorCode, WeixinTransportError } from '../transport.js';

/**
 * Opens connections through a forward proxy by CONNECT, for an undici pool. The tunnel stands before a
 * request is handed to its connection: the pool keeps its limits, one request at a time, and whatever the
 * proxy refuses or breaks until then surely was not sent. What goes through is TLS to the target, which the
 * proxy cannot read.
 */
export function proxyConnector(proxy: ForwardProxy, timeoutMs: number): buildConnector.connector {
  const onTop = buildConnector({ timeout: timeoutMs });
  return (target, callback) => {
    openTunnel(proxy, target, timeoutMs).then(
      (socket) => {
        if (target.protocol === 'https:') onTop({ ...target, httpSocket: socket }, callback);
        else callback(null, socket);
      },
      (error: Error) => callback(error, null),
    );
  };
}

/** @throws {WeixinTransportError} nothing was sent to the target */
function openTunnel(proxy: ForwardProxy, target: buildConnector.Options, timeoutMs: number): Promise<Socket> {
  const authority = authorityOf(target);
  const { isTls, hostname, port, authorization } = proxy;
  return new Promise((resolve, reject) => {
    const request = (isTls ? https : http).request({
      host: hostname,
      port,
      method: 'CONNECT',
      path: authority,
      // A tunnel is a connection of its own; the pool keeps it.
      agent: false,
      headers: {
        host: authority,
        ...(authorization && { 'proxy-authorization': authorization.reveal() }),
      },
    });
    const fail = (what: string) => {
      clearTimeout(timer);
      reject(
        new WeixinTransportError(
          `${target.protocol}//${target.host ?? target.hostname} could not be reached: ${what}`,
          true,
        ),
      );
      request.destroy();
    };
    const timer = setTimeout(() => fail(`the proxy opened no tunnel within ${timeoutMs} ms`), timeoutMs);
    request.once('connect', ({ statusCode = 0 }, socket: Socket, head: Buffer) => {
      if (statusCode < 200 || statusCode > 299) {
        socket.destroy();
        return fail(refusalOf(statusCode));
      }
      clearTimeout(timer);
      socket.setNoDelay(true).setKeepAlive(true, 60_000);
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    request.on('error', (error) => fail(`the proxy could not be used (${errorCode(error) || 'no code'})`));
    request.end();
  });
}

function refusalOf(status: number): string {
  return status === 407
    ? 'the proxy answered 407: it wants other credentials'
    : `the proxy answered ${status}`;
}

function authorityOf({ hostname, port, protocol }: buildConnector.Options): string {
  const host = hostname.includes(':') && !hostname.startsWith('[') ? `[${hostname}]` : hostname;
  return `${host}:${port || (protocol === 'https:' ? 443 : 80)}`;
}
