/** The body of POST /feed/data: bytes that anybody may have sent → a JSON value, or why there is none. */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

const gunzipAsync = promisify(gunzip);

/** An object, its list of records, a record, and what a client may add for itself. */
const MAX_DEPTH = 16;

export interface FeedBody {
  readonly bytes: Buffer;
  /** As in the headers, empty where they are not there. */
  readonly contentType: string;
  readonly contentEncoding: string;
}

export type DecodedBody =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly status: 413 | 415 | 422; readonly reason: string };

/** @param maxBytes  of the body as it is when unpacked */
export async function decodeFeedBody(body: FeedBody, maxBytes: number): Promise<DecodedBody> {
  const charset = /charset\s*=\s*"?([^\s";]+)/i.exec(body.contentType)?.[1] ?? 'utf-8';
  if (!/^(utf-?8|us-ascii)$/i.test(charset)) return refused(415, `the body is in ${charset}; expected UTF-8`);
  const unpacked = await unpack(body, maxBytes);
  return Buffer.isBuffer(unpacked) ? parse(unpacked) : unpacked;
}

async function unpack({ bytes, contentEncoding }: FeedBody, maxBytes: number): Promise<Buffer | DecodedBody> {
  switch (contentEncoding.trim().toLowerCase()) {
    case '':
    case 'identity':
      return bytes;
    case 'gzip':
    case 'x-gzip':
      return gunzipAsync(bytes, { maxOutputLength: maxBytes }).catch((error: NodeJS.ErrnoException) =>
        error.code === 'ERR_BUFFER_TOO_LARGE'
          ? refused(413, `the body unpacks to more than ${maxBytes} bytes, the limit (web.max_body_bytes)`)
          : refused(422, `the body is no gzip (${error.message})`),
      );
    default:
      return refused(415, `the body is encoded by ${contentEncoding.slice(0, 80)}; expected gzip or nothing`);
  }
}

function parse(bytes: Buffer): DecodedBody {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refused(422, 'the body is no UTF-8');
  }
  if (text.trim() === '') return refused(422, 'the body is empty; expected {"records": [{…}]}');
  // The parser takes ten seconds for ten million brackets.
  if (isDeeperThan(bytes, MAX_DEPTH)) return refused(422, `the body is nested more than ${MAX_DEPTH} deep`);
  try {
    return { kind: 'value', value: JSON.parse(text) as unknown };
  } catch (error) {
    const hint = /\b(NaN|Infinity)\b/.test(text) ? '; JSON has no NaN and no Infinity: send null' : '';
    return refused(422, `the body is no JSON (${(error as Error).message})${hint}`);
  }
}

const [QUOTE, BACKSLASH, OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [...'"\\[]{}'].map((c) => c.charCodeAt(0));

/** As JSON.parse; throws SyntaxError for what is nested too deep, too. */
export function parseShallow(bytes: Buffer): unknown {
  if (isDeeperThan(bytes, MAX_DEPTH)) throw new SyntaxError(`it is nested more than ${MAX_DEPTH} deep`);
  return JSON.parse(bytes.toString());
}

/** Counts brackets outside of strings; right for every JSON text, and for any other one it does no harm. */
function isDeeperThan(bytes: Buffer, limit: number): boolean {
  let depth = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) i = endOfString(bytes, i + 1);
    else if (byte === OPEN_LIST || byte === OPEN_OBJECT) depth++;
    else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--;
    if (depth > limit) return true;
  }
  return false;
}

/** Where the string ends that has its first character at `from`. */
function endOfString(bytes: Buffer, from: number): number {
  let end = bytes.indexOf('"', from);
  while (end >= 0 && isEscaped(bytes, end)) end = bytes.indexOf('"', end + 1);
  return end < 0 ? bytes.length : end;
}

function isEscaped(bytes: Buffer, at: number): boolean {
  let backslashes = 0;
  while (bytes[at - 1 - backslashes] === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}

function refused(status: 413 | 415 | 422, reason: string): DecodedBody {
  return { kind: 'refused', status, reason };
}
