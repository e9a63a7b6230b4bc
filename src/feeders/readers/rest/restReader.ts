/** Reads records of a JSON API, page by page, from where the last round ended. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { isoMilliseconds } from '../../../core/isoMilliseconds.js';
import { type HttpAnswer, retryAfterSeconds, sendRequest } from '../../../http/request.js';
import { createTransport, type Transport } from '../../../http/transport.js';
import { valueAt } from '../../mapping/fieldPath.js';
import { timestampOf } from '../../mapping/timestamp.js';
import {
  type Bookmark,
  ReadError,
  type Reader,
  type ReadRequest,
  type ReadResult,
  type SourceDocument,
} from '../../reader.js';
import type { RestOptions } from './options.js';
import { isCounted, pageAfter, pageSchema, urlOfPage } from './page.js';

/** What tells a record from all others, and its time where that is known. */
const seenSchema = z.array(z.object({ hash: z.string(), at: z.number().optional() }));

const bookmarkSchema = z.object({
  /** Epoch seconds of the newest record of all rounds that are done. */
  newest: z.number().optional(),
  /** Records that the next round may bring again. */
  seen: seenSchema,
  /** The round that is under way. */
  round: z
    .object({
      /** Epoch seconds from which records are asked for. */
      since: z.number().optional(),
      page: pageSchema.optional(),
      newest: z.number().optional(),
      seen: seenSchema,
      /** Pages one after the other that had nothing but records of this round. */
      repeats: z.int().min(0).optional(),
    })
    .optional(),
  /** Rounds one after the other that ended at a page which could not be had any more. */
  expired: z.int().min(0).optional(),
});

type RestBookmark = z.output<typeof bookmarkSchema>;
type Round = NonNullable<RestBookmark['round']>;
type Seen = RestBookmark['seen'];

/** So many pages that bring nothing new are no accident of records that move between pages. */
const MOST_REPEATS = 3;

/** Answers that say that there is no such page (any more). */
const GONE = [400, 404, 410];
/** So many rounds that end at an expired cursor are begun anew at once; then the next poll is waited for. */
const MOST_EXPIRED = 3;

export class RestReader implements Reader {
  readonly #options: RestOptions;
  readonly #transport: Transport;
  readonly #clock: () => number;

  private constructor(options: RestOptions, transport: Transport, clock: () => number) {
    this.#options = options;
    this.#transport = transport;
    this.#clock = clock;
  }

  /**
   * @param clock  epoch seconds now
   * @throws SourceError for TLS files that cannot be read
   */
  static async open(options: RestOptions, clock: () => number): Promise<RestReader> {
    return new RestReader(options, await createTransport(options, 1), clock);
  }

  /** One page; the limit is the page's size. */
  async read({ bookmark, until, signal }: ReadRequest): Promise<ReadResult> {
    const known: RestBookmark = bookmark === undefined ? { seen: [] } : bookmarkSchema.parse(bookmark);
    const round = known.round ?? { ...this.#sinceOf(known, until), seen: [] };
    const url = urlOfPage(this.#firstUrl(round), this.#options.paging, round.page);
    const answer = await this.#ask(url, signal);
    if (GONE.includes(answer.status) && round.page !== undefined) return this.#withoutPage(known, round);
    if (answer.status !== 200) throw this.#failureOf(url, answer);
    const body = parseJson(url, answer.body);
    const records = this.#recordsOf(body, url);
    const before = new Set([...known.seen, ...round.seen].map(({ hash }) => hash));
    const found = records
      .filter(isDocument)
      .map((document) => ({ document, hash: hashOf(document), at: this.#timeOf(document) }))
      .filter(({ at }) => at === undefined || at <= until);
    const page = pageAfter(this.#options.paging, round.page, { ...answer, url, body, records: records.length });
    const after: Round = {
      ...round,
      page,
      newest: latestOf([round.newest, ...found.map(({ at }) => at)]),
      seen: distinct([...round.seen, ...found.map(({ hash, at }) => ({ hash, at }))]),
      repeats: this.#repeatsAfter(round, found, url),
    };
    return {
      documents: found.filter(({ hash }) => !before.has(hash)).map(({ document }) => document),
      unreadable: records.filter((record) => !isDocument(record)).length,
      bookmark: page === undefined ? this.#endRound(known, after) : { ...known, round: after },
      isAtEnd: page === undefined,
    };
  }

  async close(): Promise<void> {
    this.#transport.close();
  }

  /** A number or an offset beyond the last page ends the round, as an empty page does; a cursor has expired: its round begins anew. */
  #withoutPage(known: RestBookmark, round: Round): ReadResult {
    if (isCounted(this.#options.paging))
      return { documents: [], bookmark: this.#endRound(known, round), isAtEnd: true };
    const expired = (known.expired ?? 0) + 1;
    const { newest, seen } = known;
    return expired < MOST_EXPIRED
      ? { documents: [], bookmark: { newest, seen, expired }, isAtEnd: false }
      : { documents: [], bookmark: { newest, seen }, isAtEnd: true };
  }

  /** Where a round that begins now asks from. */
  #sinceOf({ newest }: RestBookmark, until: number): { since?: number } {
    const { watermark } = this.#options;
    if (watermark?.param === undefined) return {};
    return { since: newest === undefined ? until - watermark.start : newest - (watermark.overlap ?? 0) };
  }

  #firstUrl({ since }: Round): URL {
    const { url, params, watermark } = this.#options;
    const first = new URL(url);
    for (const [name, value] of Object.entries(params)) first.searchParams.set(name, value);
    if (since !== undefined && watermark?.param !== undefined)
      first.searchParams.set(watermark.param, formatTime(since, watermark.param_format));
    return first;
  }

  async #ask(url: URL, signal: AbortSignal): Promise<HttpAnswer> {
    const { method, body, timeout } = this.#options;
    try {
      return await sendRequest(this.#transport, {
        method,
        url,
        headers: { Accept: 'application/json', ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
        ...(body === undefined ? {} : { body }),
        timeoutSeconds: timeout,
        signal,
      });
    } catch (cause) {
      const { message, code } = cause as NodeJS.ErrnoException;
      throw new ReadError(`${describeUrl(url)} cannot be reached (${message || code})`, { cause });
    }
  }

  #failureOf(url: URL, { status, headers, body }: HttpAnswer): ReadError {
    const advice = status === 401 || status === 403 ? '; are the credentials under rest right?' : '';
    return new ReadError(`${describeUrl(url)} answered ${status}${advice}: ${body.slice(0, 200)}`, {
      retryAfterSeconds: retryAfterSeconds(headers, this.#clock()),
    });
  }

  /** Throws ReadError where the pages go round in a circle: the API does not know what it is asked for, or its cursors do. */
  #repeatsAfter(round: Round, found: readonly { readonly hash: string }[], url: URL): number {
    const seen = new Set(round.seen.map(({ hash }) => hash));
    if (found.length === 0 || !found.every(({ hash }) => seen.has(hash))) return 0;
    const repeats = (round.repeats ?? 0) + 1;
    if (repeats < MOST_REPEATS) return repeats;
    throw new ReadError(
      `${describeUrl(url)} gave ${repeats} pages one after the other with nothing but records of the pages before; are the names under rest.paging right?`,
    );
  }

  /** The records of an answer, whatever they are. */
  #recordsOf(body: unknown, url: URL): readonly unknown[] {
    const { records: path } = this.#options;
    const records = path === undefined ? body : valueAt(body, path);
    if (Array.isArray(records)) return records;
    if (path === undefined && isDocument(records)) return [records];
    if (path !== undefined && isDocument(body) && (records === undefined || records === null)) return [];
    throw new ReadError(
      `${describeUrl(url)} has no list of records at ${path?.text ?? 'its top'}; is rest.records right?`,
    );
  }

  #timeOf(document: SourceDocument): number | undefined {
    const { watermark } = this.#options;
    return watermark && timestampOf(valueAt(document, watermark.field), watermark.format);
  }

  /** What to know for the next round: it may bring the newest records again, or all of these where it cannot ask for a time. */
  #endRound(known: RestBookmark, round: Round): Bookmark {
    const { watermark } = this.#options;
    const newest = latestOf([known.newest, round.newest]);
    if (watermark?.param === undefined) return { newest, seen: round.seen };
    const from = (newest ?? 0) - (watermark.overlap ?? 0);
    return {
      newest,
      seen: distinct([...known.seen, ...round.seen].filter(({ at }) => at === undefined || at >= from)),
    };
  }
}

function distinct(seen: Seen): Seen {
  return [...new Map(seen.map((one) => [one.hash, one])).values()];
}

function latestOf(times: readonly (number | undefined)[]): number | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

function isDocument(value: unknown): value is SourceDocument {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** 96 bits: two of a million records are alike with a chance of 10^-17. */
function hashOf(document: SourceDocument): string {
  return createHash('sha256').update(JSON.stringify(document)).digest('base64').slice(0, 16);
}

function parseJson(url: URL, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ReadError(`${describeUrl(url)} answered no JSON: ${text.slice(0, 200)}`, { cause });
  }
}

/** Without its query, which may hold a key. */
function describeUrl({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}

function formatTime(seconds: number, format: 'iso' | 'seconds' | 'milliseconds'): string {
  switch (format) {
    case 'iso':
      return isoMilliseconds(seconds);
    case 'seconds':
      return String(Math.floor(seconds));
    case 'milliseconds':
      return String(Math.floor(seconds * 1000));
  }
}
