/** The mapping in force: what a feed says itself before what the mapping that it names says. */
import { ConfigError } from '../../core/errors.js';
import type { MetricName } from '../../core/metrics.js';
import type { ProfileRule } from '../../core/profiles.js';
import type { FieldPath } from './fieldPath.js';
import type { Filling, MappingOptions, MetricRule } from './options.js';
import type { TimestampFormat } from './timestamp.js';

export interface Mapping {
  readonly server: readonly FieldPath[];
  readonly serverName: string | undefined;
  readonly serverPattern: RegExp | undefined;
  readonly timestamp: readonly FieldPath[];
  readonly timestampFormat: TimestampFormat;
  readonly status: NonNullable<MappingOptions['status']> | undefined;
  readonly profileFields: readonly FieldPath[];
  readonly profileRules: readonly ProfileRule[];
  /** In order of preference. */
  readonly metrics: ReadonlyMap<MetricName, readonly MetricRule[]>;
  readonly fill: ReadonlyMap<MetricName, readonly Filling[]>;
}

/**
 * Puts the keys together, metric by metric.
 * @param file  the feed's file, for messages
 * @throws ConfigError if nothing says which server or which moment a document is of, or no metric has a rule
 */
export function mergeMapping(own: MappingOptions, named: MappingOptions | undefined, file: string): Mapping {
  const metrics = entriesOf({ ...named?.metrics, ...own.metrics });
  const mapping: Mapping = {
    server: own.server ?? (own.server_name === undefined ? named?.server : undefined) ?? [],
    serverName: own.server_name ?? named?.server_name,
    serverPattern: own.server_pattern ?? named?.server_pattern,
    timestamp: own.timestamp ?? named?.timestamp ?? [],
    timestampFormat: own.timestamp_format ?? named?.timestamp_format ?? 'auto',
    status: own.status ?? named?.status,
    profileFields: own.profile?.field ?? named?.profile?.field ?? [],
    profileRules: [...(own.profile?.rules ?? []), ...(named?.profile?.rules ?? [])],
    metrics: new Map(metrics),
    fill: new Map(entriesOf({ ...named?.fill, ...own.fill })),
  };
  if (mapping.server.length === 0 && mapping.serverName === undefined)
    throw new ConfigError(`${file} does not say whose values these are; expected server: (a field) or server_name:`);
  if (mapping.timestamp.length === 0)
    throw new ConfigError(`${file} does not say when values were taken; expected timestamp: (a field)`);
  if (mapping.metrics.size === 0) throw new ConfigError(`${file} maps no metric; expected metrics: or mapping:`);
  return mapping;
}

/** The columns that records of this mapping can have, besides server and time. */
export function columnsOf({ metrics, fill, status }: Mapping): ReadonlySet<string> {
  return new Set<string>([...metrics.keys(), ...fill.keys(), ...(status === undefined ? [] : ['status'])]);
}

function entriesOf<T>(record: Partial<Record<MetricName, T | undefined>>): [MetricName, T][] {
  return Object.entries(record).filter((entry): entry is [MetricName, T] => entry[1] !== undefined);
}
