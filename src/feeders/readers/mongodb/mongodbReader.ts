/** Reads a collection by time, through the driver of MongoDB's makers. */
import { BSON, MongoClient, MongoError, MongoServerError } from 'mongodb';
import { z } from 'zod';
import { ConfigError } from '../../../core/errors.js';
import { isoMilliseconds } from '../../../core/isoMilliseconds.js';
import { readSecretFile } from '../../../http/secretFile.js';
import { type Bookmark, ReadError, type Reader, type ReadRequest, type ReadResult } from '../../reader.js';
import { momentReadUpTo, readWholeMoments } from '../moments.js';
import type { MongodbOptions } from './options.js';
import { plainDocument } from './plainDocument.js';

/** A collection with more documents of one moment has times that tell nothing. */
const MOST_OF_A_MOMENT = 1_000_000;

/** The time up to which all documents were read, in extended JSON, which keeps its type. */
const momentSchema = z.string();

type Document = Readonly<Record<string, unknown>>;

export class MongodbReader implements Reader {
  readonly #client: MongoClient;
  readonly #options: MongodbOptions;
  readonly #filter: Document;

  private constructor(client: MongoClient, options: MongodbOptions) {
    this.#client = client;
    this.#options = options;
    this.#filter = BSON.EJSON.deserialize(options.filter) as Document;
  }

  /** Connects with the first read. Throws ConfigError for an address that is none, SourceError for a file that cannot be read. */
  static async open(options: MongodbOptions): Promise<MongodbReader> {
    const uri = options.uri?.reveal() ?? (await readSecretFile(options.uri_file, 'mongodb.uri_file'))!;
    const timeoutMS = options.timeout * 1000;
    try {
      const client = new MongoClient(uri, {
        appName: 'linborg-feed',
        serverSelectionTimeoutMS: timeoutMS,
        connectTimeoutMS: timeoutMS,
        // A few connections more would do nothing: reading goes on one query at a time.
        maxPoolSize: 2,
      });
      return new MongodbReader(client, options);
    } catch (cause) {
      throw new ConfigError(
        `mongodb.uri cannot be used (${(cause as Error).message}); expected one such as mongodb://user:password@host:27017`,
      );
    }
  }

  async read({ bookmark, limit, until, signal }: ReadRequest): Promise<ReadResult> {
    const { start, time_format: format } = this.#options;
    const first = () => momentText(storedTime(until - start, format));
    const readUpTo: unknown = BSON.EJSON.parse(momentReadUpTo(bookmark, momentSchema, first));
    const moments = await readWholeMoments<Document>({
      ask: (count) => this.#find({ $gt: readUpTo, $lte: storedTime(until, format) }, count, signal),
      momentOf: (document) => momentText(this.#timeOf(document)),
      limit,
      largestLimit: MOST_OF_A_MOMENT,
    });
    if (moments === undefined)
      throw new ReadError(
        `${this.#place()} has ${MOST_OF_A_MOMENT} documents of one moment; is mongodb.time_field right?`,
      );
    const { taken, isCut } = moments;
    const last = taken.at(-1);
    const next: Bookmark = { readUpTo: momentText(last === undefined ? readUpTo : this.#timeOf(last)) };
    return { documents: taken.map(plainDocument), bookmark: next, isAtEnd: !isCut };
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async #find(range: Document, limit: number, signal: AbortSignal): Promise<Document[]> {
    const { database, collection, time_field: time, timeout } = this.#options;
    try {
      return await this.#client
        .db(database)
        .collection(collection)
        .find({ $and: [this.#filter, { [time]: range }] }, { signal, maxTimeMS: timeout * 1000 })
        .sort({ [time]: 1 })
        .limit(limit)
        .toArray();
    } catch (cause) {
      if (signal.aborted) throw signal.reason;
      if (!(cause instanceof MongoError)) throw cause;
      throw new ReadError(`${this.#place()} cannot be read (${cause.message})${adviceFor(cause)}`, { cause });
    }
  }

  #timeOf(document: Document): unknown {
    let value: unknown = document;
    for (const key of this.#options.time_field.split('.')) value = (value as Record<string, unknown>)[key];
    return value;
  }

  #place(): string {
    return `MongoDB's ${this.#options.database}.${this.#options.collection}`;
  }
}

/** A moment as the collection keeps it, so that it can be compared. */
function storedTime(seconds: number, format: MongodbOptions['time_format']): unknown {
  switch (format) {
    case 'date':
      return new Date(seconds * 1000);
    case 'iso':
      return isoMilliseconds(seconds);
    case 'seconds':
      return seconds;
    case 'milliseconds':
      return seconds * 1000;
  }
}

function momentText(time: unknown): string {
  return BSON.EJSON.stringify(time, { relaxed: false });
}

const UNAUTHORIZED = 13;
const AUTHENTICATION_FAILED = 18;

function adviceFor(error: MongoError): string {
  if (!(error instanceof MongoServerError)) return '';
  const isRefused = error.code === UNAUTHORIZED || error.code === AUTHENTICATION_FAILED;
  return isRefused ? '; are the credentials in mongodb.uri right, and may that user read this collection?' : '';
}
