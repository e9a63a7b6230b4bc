/** Opens the reader that a feed names; each is loaded only then, with the client library that it needs. */
import { ConfigError } from '../../core/errors.js';
import type { FeedKind, FeedOptions } from '../options.js';
import type { Reader } from '../reader.js';

export interface FeedFile {
  readonly feed: FeedOptions;
  /** Its name, for messages. */
  readonly file: string;
}

/**
 * @param clock  epoch seconds now
 * @throws ConfigError if the feed has no block for that reader
 */
export async function openReader(kind: FeedKind, { feed, file }: FeedFile, clock: () => number): Promise<Reader> {
  switch (kind) {
    case 'elasticsearch': {
      const options = blockOf(feed.elasticsearch, kind, file);
      return await (await import('./elasticsearch/openElasticsearch.js')).openElasticsearch(options);
    }
    case 'mongodb': {
      const options = blockOf(feed.mongodb, kind, file);
      return await (await import('./mongodb/mongodbReader.js')).MongodbReader.open(options);
    }
    case 'zabbix': {
      const options = blockOf(feed.zabbix, kind, file);
      return await (await import('./zabbix/zabbixReader.js')).ZabbixReader.open(options, clock);
    }
    case 'file': {
      const options = blockOf(feed.file, kind, file);
      return new (await import('./file/fileReader.js')).FileReader(options);
    }
    case 'rest': {
      const options = blockOf(feed.rest, kind, file);
      return await (await import('./rest/restReader.js')).RestReader.open(options, clock);
    }
    case 'influxdb': {
      const options = blockOf(feed.influxdb, kind, file);
      return await (await import('./influxdb/openInfluxdb.js')).openInfluxdb(options);
    }
  }
}

function blockOf<T>(block: T | undefined, kind: FeedKind, file: string): T {
  if (block !== undefined) return block;
  throw new ConfigError(`${file} has no ${kind}: block; expected one, for linborg feed ${kind} reads what it says`);
}
