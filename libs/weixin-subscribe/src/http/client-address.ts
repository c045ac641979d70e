/**
 * The address by which a caller is counted, from the adapter's `request.ip`: of IPv6 its first 64 bits, since
 * a household or a single phone has all addresses behind them; an IPv4 address written as IPv6 is that IPv4
 * address.
 */
export function clientAddress(request: object): string {
  const { ip = '' } = request as { ip?: string };
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped !== undefined) return mapped;
  if (!ip.includes(':')) return ip;
  const [address] = ip.toLowerCase().split('%');
  const [before, after] = address.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const groups = after
    ? [...before, ...Array(Math.max(0, 8 - before.length - after.length)).fill('0'), ...after]
    : before;
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
