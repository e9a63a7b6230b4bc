/** One way to ask for a metric, and how it is written: in a pack file or in the configuration. */
import { z } from 'zod';
import { METRIC_NAMES, type MetricName } from '../core/metrics.js';
import { PLACEHOLDERS, unknownPlaceholders } from './render.js';

export interface Alternative {
  /** Where the data comes from, e.g. `process-exporter`; unique within its metric. */
  readonly name: string;
  /** PromQL with the placeholders `$selector`, `$window` and `$server_label`; one series per server. */
  readonly expr: string;
  readonly note?: string;
  /** An estimate stands in for a measurement, so it is asked only where the configuration allows it. */
  readonly estimate: boolean;
  /** Where it is written, for messages: file, line and key. */
  readonly place: string;
}

/** In order of preference; a metric without an entry is absent for every server. */
export type Alternatives = ReadonlyMap<MetricName, readonly Alternative[]>;

const entry = z
  .strictObject({
    name: z.string().min(1).optional(),
    expr: z.string().trim().min(1).optional(),
    note: z.string().optional(),
    estimate: z.boolean().default(false),
    /** Stands for all that the packs below have for this metric. */
    inherited: z.literal(true).optional(),
  })
  .superRefine(({ name, expr, note, inherited }, context) => {
    const fault = (path: readonly string[], message: string) =>
      context.addIssue({ code: 'custom', path: [...path], message });
    if (inherited) {
      if ([name, expr, note].some((value) => value !== undefined))
        fault(['inherited'], 'stands beside other keys; expected it alone: it stands for what is inherited');
      return;
    }
    if (expr === undefined) {
      fault(['expr'], 'is missing; expected PromQL');
      return;
    }
    const [unknown] = unknownPlaceholders(expr);
    if (unknown !== undefined)
      fault(['expr'], `has the unknown placeholder "${unknown}"; expected ${PLACEHOLDERS.join(', ')}`);
    if (!expr.includes('$selector'))
      fault(
        ['expr'],
        'has no $selector, so the configured selector would be ignored; write e.g. node_load1{$selector}',
      );
  });

const entries = z.array(entry).superRefine((list, context) => {
  list.forEach(({ name, inherited }, index) => {
    const first = list.findIndex((other) => (inherited ? other.inherited : name !== undefined && other.name === name));
    if (first === -1 || first === index) return;
    const message = inherited
      ? 'stands above already; expected it once'
      : `is "${name}", which stands above already; expected a name of its own`;
    context.addIssue({ code: 'custom', path: [index, inherited ? 'inherited' : 'name'], message });
  });
});

/** Metric → its alternatives as written; an empty list takes away what is inherited. */
export const mappingsSchema = z.partialRecord(z.enum(METRIC_NAMES as [MetricName, ...MetricName[]]), entries);

export type Mappings = z.output<typeof mappingsSchema>;

/**
 * What is written, over what is inherited: a metric that is written replaces the inherited one whole, `inherited: true` puts its
 * alternatives in again.
 * @param placeOf  where an alternative is written
 */
export function overlay(
  inherited: Alternatives,
  written: Mappings,
  placeOf: (metric: MetricName, index: number) => string,
): Alternatives {
  const all = new Map(inherited);
  for (const [name, list] of Object.entries(written)) {
    const metric = name as MetricName;
    const own = list.flatMap(({ inherited: isInherited, expr, note, ...rest }, index): readonly Alternative[] =>
      isInherited || expr === undefined
        ? (inherited.get(metric) ?? [])
        : [
            {
              ...(note === undefined ? {} : { note }),
              expr,
              estimate: rest.estimate,
              name: rest.name ?? `alternative ${index + 1}`,
              place: placeOf(metric, index),
            },
          ],
    );
    if (own.length > 0) all.set(metric, withOwnNames(own));
    else all.delete(metric);
  }
  return all;
}

/** Several packs as one: the alternatives of the first before those of the next, each query once. */
export function join(packs: readonly Alternatives[]): Alternatives {
  const all = new Map<MetricName, readonly Alternative[]>();
  for (const metric of METRIC_NAMES) {
    const list = packs.flatMap((pack) => pack.get(metric) ?? []);
    const distinct = list.filter(({ expr }, i) => list.findIndex((other) => other.expr === expr) === i);
    if (distinct.length > 0) all.set(metric, withOwnNames(distinct));
  }
  return all;
}

/** An alternative named as one before it gets a number behind its name. */
function withOwnNames(list: readonly Alternative[]): readonly Alternative[] {
  const taken = new Set<string>();
  return list.map((alternative) => {
    let { name } = alternative;
    for (let n = 2; taken.has(name); n++) name = `${alternative.name} (${n})`;
    taken.add(name);
    return name === alternative.name ? alternative : { ...alternative, name };
  });
}
