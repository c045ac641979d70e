import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { pageWith, pageWithoutBuild } from './index-page.js';

const INDEX = 'index.html';
/** Beside a file: the same, compressed when the package was built. */
const COMPRESSED = '.gz';
/** How Vite names what never changes: its hash is in its name. */
const HASHED = /^assets\/.+-[\w-]{8,}\.\w+$/;
const FOREVER = 'public, max-age=31536000, immutable';
const ASK_AGAIN = 'no-cache';

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

/** What the page is told about where it is, and where it leads. */
export interface Places {
  /** Absolute path of the REST API. */
  api: string;
  /** Absolute path of the console. */
  base: string;
  /** Whether `traces/:messageId` below it leads to a trace. */
  traces: boolean;
}

export interface ConsoleFile {
  status: number;
  headers: Record<string, string>;
  /** Absent where the browser has it already. */
  body?: Buffer;
}

/** What of a request decides how a file is sent. */
export interface FileRequest {
  acceptEncoding?: string;
  ifNoneMatch?: string;
}

/**
 * The page as it was built. Only files that were in the folder when the application started are served, by
 * their names in a list: no path of a request ever reaches the file system.
 */
export class ConsoleAssets {
  private readonly files: ReadonlySet<string>;
  private index: { plain: Buffer; packed: Buffer; etag: string } | undefined;

  /** @param folder of the built page */
  constructor(private readonly folder: string) {
    this.files = new Set(filesIn(folder));
  }

  /**
   * A file by its path below the console; what is no file is a place in the page, and gets the page.
   * @returns `undefined`: a file of a version that is no longer there
   */
  async find(path: string, places: Places, request: FileRequest): Promise<ConsoleFile | undefined> {
    if (!this.files.has(INDEX)) return page(503, pageWithoutBuild());
    if (path !== INDEX && this.files.has(path) && !path.endsWith(COMPRESSED)) return this.file(path, request);
    return path.startsWith('assets/') ? undefined : this.page(places, request);
  }

  private async file(path: string, request: FileRequest): Promise<ConsoleFile> {
    const isPacked = this.files.has(path + COMPRESSED) && takesGzip(request);
    const body = await readFile(join(this.folder, path + (isPacked ? COMPRESSED : '')));
    const headers = {
      'Content-Type': TYPES[extname(path)] ?? 'application/octet-stream',
      'Cache-Control': HASHED.test(path) ? FOREVER : ASK_AGAIN,
      ...(this.files.has(path + COMPRESSED) && { Vary: 'Accept-Encoding' }),
      ...(isPacked && { 'Content-Encoding': 'gzip' }),
    };
    return HASHED.test(path)
      ? { status: 200, headers, body }
      : unlessKnown(headers, body, etagOf(body), request);
  }

  /** Made once: where it is does not change while the application runs. */
  private page(places: Places, request: FileRequest): ConsoleFile {
    this.index ??= this.rendered(places);
    const isPacked = takesGzip(request);
    const headers = {
      'Content-Type': TYPES['.html'],
      'Cache-Control': ASK_AGAIN,
      Vary: 'Accept-Encoding',
      ...(isPacked && { 'Content-Encoding': 'gzip' }),
    };
    const { plain, packed, etag } = this.index;
    return unlessKnown(headers, isPacked ? packed : plain, etag, request);
  }

  private rendered(places: Places) {
    const plain = Buffer.from(pageWith(readFileSync(join(this.folder, INDEX), 'utf8'), places));
    return { plain, packed: gzipSync(plain), etag: etagOf(plain) };
  }
}

/** Weak, since the compressed form is called by the same name. */
const etagOf = (body: Buffer) => `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;

function unlessKnown(
  headers: Record<string, string>,
  body: Buffer,
  etag: string,
  { ifNoneMatch = '' }: FileRequest,
): ConsoleFile {
  const known = ifNoneMatch.split(',').some((one) => one.trim() === etag);
  return { status: known ? 304 : 200, headers: { ...headers, ETag: etag }, body: known ? undefined : body };
}

const page = (status: number, html: string): ConsoleFile => ({
  status,
  headers: { 'Content-Type': TYPES['.html'], 'Cache-Control': 'no-store' },
  body: Buffer.from(html),
});

/** `gzip;q=0` refuses it. */
const takesGzip = ({ acceptEncoding = '' }: FileRequest): boolean =>
  acceptEncoding.split(',').some((one) => /^\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*$).*)?$/i.test(one));

function filesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((file) => relative(folder, join(file.parentPath, file.name)).split(sep).join('/'));
}

/**
 * The folder of this package, beside `dist` or, where its sources run as they are, beside `src`; those are
 * ESM when started by a loader, which has no `__dirname`, and are started from the root of the repository.
 */
export function ownAssets(): string {
  const here = typeof __dirname === 'string' ? __dirname : join(process.cwd(), 'libs/weixin-console/src');
  const places = [join(here, '../web-dist'), join(here, '../../web-dist')];
  return places.find((place) => existsSync(join(place, INDEX))) ?? places[0];
}
