import { promisify } from 'node:util';
import zlib from 'node:zlib';

const gunzip = promisify(zlib.gunzip);
const inflate = promisify(zlib.inflate);
const inflateRaw = promisify(zlib.inflateRaw);
const brotli = promisify(zlib.brotliDecompress);

type Decoder = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const DECODERS: Readonly<Record<string, Decoder>> = {
  gzip: gunzip,
  'x-gzip': gunzip,
  // Some servers send it without the zlib header that the standard wants (RFC 9110 §8.4.1.2).
  deflate: (bytes, options) => (hasZlibHeader(bytes) ? inflate(bytes, options) : inflateRaw(bytes, options)),
  br: brotli,
};
/** Nobody compresses more often than server, gateway and proxy together. */
const MOST_ENCODINGS = 3;

/** The encodings of a body in the order in which they were applied; none where it is as it is. */
export function encodingsOf(header: string | string[] | undefined): string[] {
  const listed = [header ?? []].flat().join(',').toLowerCase().split(',');
  return listed.map((one) => one.trim()).filter((one) => one !== '' && one !== 'identity');
}

/**
 * Takes the encodings of a body off again, the last one first, off the event loop's thread.
 * @param limit bytes, of each result: a small body that would become a large one is refused before it has
 * @throws {Error} an encoding is not known, the bytes are not of it or broken off, or the result is too large
 */
export async function decodeBody(bytes: Buffer, encodings: string[], limit: number): Promise<Buffer> {
  if (bytes.length === 0) return bytes;
  if (encodings.length > MOST_ENCODINGS) throw new Error('its body is encoded too often');
  let decoded = bytes;
  for (const encoding of encodings.toReversed()) {
    if (!Object.hasOwn(DECODERS, encoding)) throw new Error('its body is in an encoding that is not known');
    decoded = await DECODERS[encoding](decoded, { maxOutputLength: limit });
  }
  return decoded;
}

/** Compression method 8, and a check that makes both bytes a multiple of 31 (RFC 1950). */
function hasZlibHeader(bytes: Buffer): boolean {
  return bytes.length >= 2 && (bytes[0] & 0x0f) === 8 && bytes.readUInt16BE(0) % 31 === 0;
}
