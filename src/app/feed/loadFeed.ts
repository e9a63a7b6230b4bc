/** feed.yml, and the mapping that it names. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Decoded, decodeYaml } from '../../config/decode.js';
import { ConfigError } from '../../core/errors.js';
import { type Mapping, mergeMapping } from '../../feeders/mapping/mapping.js';
import { mappingFields } from '../../feeders/mapping/options.js';
import { type FeedOptions, feedSchema, mappingSchema } from '../../feeders/options.js';
import { PACKAGE_ROOT } from '../package.js';

/** Mappings that come with linborg. */
const FEEDS_FOLDER = join(PACKAGE_ROOT, 'rules', 'feeds');

export interface Feed {
  readonly options: FeedOptions;
  readonly mapping: Mapping;
  /** All that decides which records documents become, as text. */
  readonly mappingText: string;
}

/** Throws ConfigError with every fault and its line, of either file. */
export async function loadFeed(path: string): Promise<Feed> {
  const text = await readText(path, 'the feed', 'give one with --config, e.g. a copy of deploy/feeds/file.yml');
  const feed = decodeYaml(feedSchema, { name: path, text }, process.env);
  const named = feed.value.mapping === undefined ? undefined : await loadMapping(feed.value.mapping, path);
  return {
    options: feed.value,
    mapping: mergeMapping(feed.value, named?.value, path),
    mappingText: JSON.stringify([named?.written, relevantKeys(feed.written)]),
  };
}

async function loadMapping(name: string, feed: string): Promise<Decoded<typeof mappingSchema._output>> {
  const path = name.includes('/') ? name : join(FEEDS_FOLDER, `${name}.yml`);
  const text = await readText(path, `the mapping that ${feed} names`, `expected a name in ${FEEDS_FOLDER} or a path`);
  return decodeYaml(mappingSchema, { name: path, text }, {});
}

function relevantKeys(written: unknown): unknown {
  const keys = new Set([...Object.keys(mappingFields), 'record']);
  return Object.entries(written as Record<string, unknown>).filter(([key]) => keys.has(key));
}

async function readText(path: string, what: string, advice: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new ConfigError(`cannot read ${what}: ${path} (${reason}); ${advice}`, { cause });
  }
}
