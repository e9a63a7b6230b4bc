/** One document → whose and when it is, and the values in it. */
import type { MetricName } from '../../core/metrics.js';
import { BUILT_IN_PROFILE_RULES, PROFILES, type Profile } from '../../core/profiles.js';
import type { SourceDocument } from '../reader.js';
import { type FieldPath, numberOf, textOf, valueAt, valuesAt } from './fieldPath.js';
import type { Mapping } from './mapping.js';
import type { MetricRule, Operand } from './options.js';
import { timestampOf } from './timestamp.js';

/** One value of one series, before rates, in the metric's unit (as a counter: that unit times seconds). */
export interface Reading {
  readonly metric: MetricName;
  /** Index of the rule among the metric's, which is its rank. */
  readonly rank: number;
  readonly rule: MetricRule;
  /** Names the series within the server; '' where there is one only. */
  readonly series: string;
  readonly value: number;
}

export interface DocumentReadings {
  readonly kind: 'readings';
  readonly server: string;
  /** Epoch seconds. */
  readonly at: number;
  readonly status: string | undefined;
  readonly profile: Profile | undefined;
  readonly readings: readonly Reading[];
}

/** Why nothing was taken from a document. */
export type Unused = 'no_server' | 'no_timestamp' | 'no_metric';

/** What a mapping finds in a document. */
export function readDocument(
  document: SourceDocument,
  mapping: Mapping,
): DocumentReadings | { readonly kind: 'unused'; readonly reason: Unused } {
  const server = serverOf(document, mapping);
  if (server === undefined) return { kind: 'unused', reason: 'no_server' };
  const at = firstOf(mapping.timestamp, (path) => timestampOf(valueAt(document, path), mapping.timestampFormat));
  if (at === undefined) return { kind: 'unused', reason: 'no_timestamp' };
  const readings = [...mapping.metrics].flatMap(([metric, rules]) =>
    rules.flatMap((rule, rank) => readingsOf(document, rule).map((found) => ({ metric, rank, rule, ...found }))),
  );
  if (readings.length === 0) return { kind: 'unused', reason: 'no_metric' };
  const status = statusOf(document, mapping);
  return { kind: 'readings', server, at, status, profile: profileFor(document, server, mapping), readings };
}

function serverOf(document: SourceDocument, { server, serverName, serverPattern }: Mapping): string | undefined {
  const name = firstOf(server, (path) => textOf(valueAt(document, path))) ?? serverName;
  if (name === undefined || serverPattern === undefined) return name;
  const match = serverPattern.exec(name);
  return match ? textOf(match[1] ?? match[0]) : undefined;
}

function readingsOf(document: SourceDocument, rule: MetricRule): { series: string; value: number }[] {
  if (!rule.conditions.every(({ path, isMet }) => isMet(textOf(valueAt(document, path))))) return [];
  const scale = scaleOf(document, rule);
  if (scale === undefined) return [];
  const values = valuesAt(document, rule.field);
  const name = rule.series.map((path) => textOf(valueAt(document, path)) ?? '').join('\u001f');
  return values.flatMap((found, index) => {
    const number = numberOf(found);
    if (number === undefined) return [];
    return [{ series: values.length > 1 ? `${name}\u001f${index}` : name, value: number * scale }];
  });
}

/** multiply_by, divide_by and the unit as one factor; undefined where a field of them is missing or 0 divides. */
function scaleOf(document: SourceDocument, { factor, multiplyBy, divideBy }: MetricRule): number | undefined {
  const times = operandOf(document, multiplyBy);
  const by = operandOf(document, divideBy);
  return times === undefined || by === undefined || by === 0 ? undefined : (times / by) * factor;
}

function operandOf(document: SourceDocument, operand: Operand | undefined): number | undefined {
  if (operand === undefined) return 1;
  return typeof operand === 'number' ? operand : numberOf(valueAt(document, operand));
}

function statusOf(document: SourceDocument, { status }: Mapping): string | undefined {
  if (status === undefined) return undefined;
  const said = status.field && textOf(valueAt(document, status.field));
  return (said === undefined ? undefined : status.values[said]) ?? status.default;
}

/** A field that names a profile, then the feed's rules over the server's name, then the built-in prefixes. */
function profileFor(document: SourceDocument, server: string, mapping: Mapping): Profile | undefined {
  const named = firstOf(mapping.profileFields, (path) => {
    const text = textOf(valueAt(document, path))
      ?.toLowerCase()
      .replaceAll(/[\s-]+/g, '_');
    return PROFILES.find((profile) => profile === text);
  });
  const rules = [...mapping.profileRules, ...BUILT_IN_PROFILE_RULES];
  return named ?? rules.find(({ match }) => match.test(server))?.profile;
}

function firstOf<T>(paths: readonly FieldPath[], read: (path: FieldPath) => T | undefined): T | undefined {
  for (const path of paths) {
    const found = read(path);
    if (found !== undefined) return found;
  }
  return undefined;
}
