/** The keys of feed.yml. */
import { z } from 'zod';
import { baseUrl, HTTP_CLIENT_FAULT, hasOneIdentity, httpClientFields, secret } from '../core/httpOptions.js';
import { parseListenAddress } from '../core/listenAddress.js';
import { durationSeconds, timerSeconds } from '../core/options.js';
import { mappingFields, mappingSchema } from './mapping/options.js';
import { elasticsearchOptions } from './readers/elasticsearch/options.js';
import { fileOptions } from './readers/file/options.js';
import { influxdbOptions } from './readers/influxdb/options.js';
import { mongodbOptions } from './readers/mongodb/options.js';
import { restOptions } from './readers/rest/options.js';
import { zabbixOptions } from './readers/zabbix/options.js';

export { mappingSchema };

/** The readers that there are, by their block in feed.yml and their word on the command line. */
export const FEED_KINDS = ['elasticsearch', 'mongodb', 'rest', 'file', 'zabbix', 'influxdb'] as const;

export type FeedKind = (typeof FEED_KINDS)[number];

const doorOptions = z
  .strictObject({
    url: baseUrl.prefault('http://localhost:9877'),
    api_key: secret.optional(),
    api_key_file: z.string().min(1).optional(),
    ...httpClientFields,
    /** For one request, all of its answer included. */
    timeout: timerSeconds.prefault('30s'),
    batch_records: z.int().min(1).max(10_000).default(500),
  })
  .refine(hasOneIdentity, HTTP_CLIENT_FAULT)
  .refine(({ api_key: key, api_key_file: file }) => key === undefined || file === undefined, {
    error: 'expected at most one of api_key and api_key_file',
  });

export type DoorOptions = z.output<typeof doorOptions>;

const recordOptions = z.strictObject({
  /** The time that a record covers; its timestamp is where that begins. */
  step: durationSeconds.prefault('1m'),
  /** How long after its end the parts of a record are waited for. */
  wait: durationSeconds.prefault('30s'),
  /** How late a part may come: the record is then sent again, whole. */
  late: durationSeconds.prefault('10m'),
  /** A longer gap between two points of a counter gives no rate. */
  max_counter_gap: durationSeconds.prefault('15m'),
});

const listenAddress = z.string().transform((text, context) => {
  const address = parseListenAddress(text);
  if (address) return address;
  context.addIssue({
    code: 'custom',
    message: `is ${JSON.stringify(text)}; expected host:port such as 127.0.0.1:9878`,
  });
  return z.NEVER;
});

export const feedSchema = z.strictObject({
  linborg: doorOptions.prefault({}),
  /** Where bookmark and buffer lie; relative to the working directory. */
  state_dir: z.string().min(1).default('feed-state'),
  /** How often the other system is asked once there is nothing more. */
  poll: timerSeconds.prefault('30s'),
  /** How old a document must be before it is read, where others may still come in before it. */
  delay: durationSeconds.optional(),
  read_limit: z.int().min(1).max(100_000).default(1000),
  record: recordOptions.prefault({}),
  /** From here on reading waits for linborg. */
  max_buffer_bytes: z.int().min(65_536).default(268_435_456),
  metrics_listen_address: listenAddress.optional(),
  /** A name in rules/feeds or a path. */
  mapping: z.string().min(1).optional(),
  ...mappingFields,
  elasticsearch: elasticsearchOptions.optional(),
  mongodb: mongodbOptions.optional(),
  rest: restOptions.optional(),
  file: fileOptions.optional(),
  zabbix: zabbixOptions.optional(),
  influxdb: influxdbOptions.optional(),
});

export type FeedOptions = z.output<typeof feedSchema>;
