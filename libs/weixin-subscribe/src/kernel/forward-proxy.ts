import { BlockList, isIP } from 'node:net';
import type { OptionChecks } from './option-checks.js';
import { Secret } from './secret.js';

/** A forward proxy by which calls leave the company. Its credentials stay inside. */
export interface ForwardProxy {
  /** Whether the proxy itself is spoken to by TLS. */
  isTls: boolean;
  hostname: string;
  port: number;
  /** Value of `Proxy-Authorization`, where the address carries credentials. */
  authorization?: Secret;
  /** Who named it: `http.proxy`, or the environment variable. */
  source: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The proxy that the option names: for every call, whatever the environment says. `undefined`: none. */
export function namedProxy(checks: OptionChecks, given: string | false): ForwardProxy | undefined {
  return given === false ? undefined : read(checks, given, 'http.proxy');
}

/**
 * The proxy that the environment names for an address, as curl and most tools read it: `https_proxy` or
 * `HTTPS_PROXY` for https addresses, `http_proxy` or `HTTP_PROXY` for http ones (a name in small letters goes
 * first, an empty value is none), unless `no_proxy` or `NO_PROXY` exempts the host. This machine itself is
 * never asked for by a proxy.
 */
export function environmentProxy(
  checks: OptionChecks,
  target: URL,
  environment: Environment,
): ForwardProxy | undefined {
  if (isLoopback(hostOf(target))) return undefined;
  const name = target.protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const found = [name, name.toUpperCase()].find((one) => environment[one]?.trim());
  if (found === undefined) return undefined;
  const exempted = ['no_proxy', 'NO_PROXY'].map((one) => environment[one]?.trim()).find(Boolean) ?? '';
  return isExempt(target, exempted) ? undefined : read(checks, String(environment[found]).trim(), found);
}

/**
 * Whether a list of hosts that need no proxy holds an address. Entries are separated by commas or white
 * space: `*` is every host; a name stands for itself and all below it, with or without a leading dot or `*.`;
 * an IP address and a block (`10.0.0.0/8`) for addresses written as such; with a port, for that port only.
 * Case does not matter.
 */
export function isExempt(target: URL, list: string): boolean {
  const host = hostOf(target);
  const port = target.port || (target.protocol === 'https:' ? '443' : '80');
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      const [, bracketed, plain, wanted] = /^(?:\[([^\]]*)\]|(.*?))(?::(\d+))?$/.exec(entry) ?? [];
      // A bare IPv6 address: its last group is no port.
      const name = isIP(entry) === 6 ? entry : (bracketed ?? plain);
      if (isIP(entry) !== 6 && wanted !== undefined && wanted !== port) return false;
      return names(name.replace(/^\*?\./, '').replace(/\.$/, ''), host);
    });
}

function names(entry: string, host: string): boolean {
  const family = isIP(host);
  if (family === 0) return entry !== '' && (host === entry || host.endsWith(`.${entry}`));
  const [address, bits] = entry.split('/');
  if (isIP(address) !== family) return false;
  const type = family === 6 ? 'ipv6' : 'ipv4';
  const most = family === 6 ? 128 : 32;
  const length = bits === undefined ? most : Number(/^\d{1,3}$/.test(bits) ? bits : -1);
  if (length < 0 || length > most) return false;
  const block = new BlockList();
  block.addSubnet(address, length, type);
  return block.check(host, type);
}

/** Without the brackets of an IPv6 address and the dot at the end of a full name. */
function hostOf({ hostname }: URL): string {
  return hostname
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || /^127\./.test(host);
}

/** What is wrong is told without the value: it may hold a password. */
function read(checks: OptionChecks, value: unknown, source: string): ForwardProxy | undefined {
  const isOption = source === 'http.proxy';
  const text = typeof value === 'string' ? value : '';
  // Tools take a variable without a scheme for http.
  const address = isOption || /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const credentials = url && credentialsOf(url);
  if (
    !url ||
    !/^https?:$/.test(url.protocol) ||
    url.pathname !== '/' ||
    url.search ||
    url.hash ||
    !credentials
  ) {
    const from = isOption
      ? ''
      : `: the environment variable ${source} names none (or set this option to false)`;
    checks.refuse(
      'http.proxy',
      `must be the http:// or https:// URL of a forward proxy, without a path${from}`,
    );
    return undefined;
  }
  const isTls = url.protocol === 'https:';
  return {
    isTls,
    hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(url.port) || (isTls ? 443 : 80),
    ...(credentials.value && { authorization: credentials.value }),
    source,
  };
}

function credentialsOf({ username, password }: URL): { value?: Secret } | undefined {
  if (username === '' && password === '') return {};
  try {
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    return { value: new Secret(`Basic ${Buffer.from(pair, 'utf8').toString('base64')}`) };
  } catch {
    return undefined;
  }
}
