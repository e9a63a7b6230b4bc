/** The keys of a mapping: which field of a document is which LINBORG metric, in which unit. */
import { z } from 'zod';
import { METRIC_NAMES, type MetricName, metricSpec } from '../../core/metrics.js';
import { durationSeconds, regularExpression } from '../../core/options.js';
import { PROFILES } from '../../core/profiles.js';
import { PUSH_STATUSES } from '../../core/push/record.js';
import { type FieldPath, fieldPath, parseFieldPath } from './fieldPath.js';
import { TIMESTAMP_FORMATS } from './timestamp.js';
import { conversionFactor, convertibleUnits, OWN_UNITS, UNIT_NAMES } from './units.js';

/** One path, or several in order of preference. */
const fieldPaths = z.union([fieldPath.transform((path): FieldPath[] => [path]), z.array(fieldPath).min(1)], {
  error: 'expected the path of a field, or a list of paths in order of preference',
});

/** The keys are paths. */
function byPath<T extends z.ZodType>(value: T) {
  return z
    .record(
      z.string().refine((text) => parseFieldPath(text) !== undefined, {
        error: 'expected the path of a field such as system.network.name',
      }),
      value,
    )
    .transform((all) => Object.entries(all).map(([text, expected]) => ({ path: parseFieldPath(text)!, expected })));
}

const literal = z.union([z.string(), z.number(), z.boolean()], { error: 'expected a text, a number, true or false' });
const literals = z
  .union([literal, z.array(literal).min(1)], { error: 'expected a text or a list of texts' })
  .transform((value): ReadonlySet<string> => new Set((Array.isArray(value) ? value : [value]).map(String)));

const operand = z.union([z.number().positive(), fieldPath], {
  error: 'expected a number above 0 or the path of a field',
});

/** How the values of several series of a server, such as its network interfaces, become one. */
const ACROSS = ['sum', 'mean', 'max', 'min'] as const;
/** How several values of one series within the time of a record become one. */
const OVER_TIME = ['mean', 'max', 'last'] as const;

const ruleFields = z.strictObject({
  field: fieldPath,
  /** Of the value after multiply_by and divide_by; the metric's own unit if left out. */
  unit: z.enum(UNIT_NAMES).optional(),
  /** The field is a counter: its increase per second counts. */
  rate: z.boolean().default(false),
  multiply_by: operand.optional(),
  divide_by: operand.optional(),
  /** What is missing from the whole counts: 100 % less the value. */
  complement: z.boolean().default(false),
  /** Only documents whose fields have one of these values. */
  where: byPath(literals).prefault({}),
  /** Only documents whose fields match from their beginning to their end. */
  matching: byPath(regularExpression).prefault({}),
  /** No documents of which a field matches from its beginning to its end. */
  unless: byPath(regularExpression).prefault({}),
  /** What tells the series of one server apart: network interface, mount point, process. */
  series: fieldPaths.optional(),
  across: z.enum(ACROSS).optional(),
  over_time: z.enum(OVER_TIME).optional(),
});

/** How one metric comes out of a document. */
export interface MetricRule {
  readonly field: FieldPath;
  /** From the value to the metric's unit. */
  readonly factor: number;
  readonly isRate: boolean;
  readonly isComplement: boolean;
  readonly multiplyBy: Operand | undefined;
  readonly divideBy: Operand | undefined;
  /** All that a document must meet. */
  readonly conditions: readonly Condition[];
  readonly series: readonly FieldPath[];
  readonly across: (typeof ACROSS)[number];
  readonly overTime: (typeof OVER_TIME)[number];
}

export type Operand = number | FieldPath;

export interface Condition {
  readonly path: FieldPath;
  /** Whether a field's text, or the lack of one, meets it. */
  readonly isMet: (text: string | undefined) => boolean;
}

/** One rule for a metric: a path alone, or a block. */
function ruleOf(metric: MetricName) {
  const target = metricSpec(metric).unit;
  const block = ruleFields.transform((written, context): MetricRule => {
    const name = written.unit ?? OWN_UNITS[target];
    const factor = conversionFactor(name, written.rate, target);
    const fault = (key: string, message: string) => {
      context.addIssue({ code: 'custom', path: [key], message });
      return z.NEVER;
    };
    if (factor === undefined) {
      const expected = convertibleUnits(written.rate, target).join(', ') || 'no rate';
      return fault(
        'unit',
        `is ${name}${written.rate ? ' as a rate' : ''}, which cannot become ${metric}; expected one of ${expected}`,
      );
    }
    if (written.complement && target !== 'percent')
      return fault('complement', `is true for ${metric}; expected it for percentages only`);
    return {
      field: written.field,
      factor,
      isRate: written.rate,
      isComplement: written.complement,
      multiplyBy: written.multiply_by,
      divideBy: written.divide_by,
      conditions: conditionsOf(written),
      series: written.series ?? [],
      across: written.across ?? usualAcross(metric),
      overTime: written.over_time ?? (metric === 'uptime_days' ? 'last' : 'mean'),
    };
  });
  const short = z
    .string()
    .transform((field) => ({ field }))
    .pipe(block);
  return z.union([short, block], { error: 'expected the path of a field, or a block with the key field' });
}

/** The fullest file system counts; traffic and sockets add up; the rest are averages. */
function usualAcross(metric: MetricName): MetricRule['across'] {
  if (metric === 'disk_usage_pct') return 'max';
  const { unit } = metricSpec(metric);
  const isSum = unit === 'megabytes_per_second' || unit === 'connections' || metric === 'java_cpu_pct';
  return isSum ? 'sum' : 'mean';
}

function conditionsOf({ where, matching, unless }: z.output<typeof ruleFields>): Condition[] {
  const whole = (pattern: RegExp) => new RegExp(`^(?:${pattern.source})$`, pattern.flags);
  return [
    ...where.map(({ path, expected }) => ({
      path,
      isMet: (text?: string) => text !== undefined && expected.has(text),
    })),
    ...matching.map(({ path, expected }) => {
      const pattern = whole(expected);
      return { path, isMet: (text?: string) => text !== undefined && pattern.test(text) };
    }),
    ...unless.map(({ path, expected }) => {
      const pattern = whole(expected);
      return { path, isMet: (text?: string) => text === undefined || !pattern.test(text) };
    }),
  ];
}

function rulesOf(metric: MetricName) {
  const one = ruleOf(metric);
  return z.union([one.transform((rule): MetricRule[] => [rule]), z.array(one).min(1)], {
    error: 'expected the path of a field, a block with the key field, or a list of these in order of preference',
  });
}

type RulesSchema = z.ZodOptional<ReturnType<typeof rulesOf>>;

const metrics = z.strictObject(
  Object.fromEntries(METRIC_NAMES.map((metric) => [metric, rulesOf(metric).optional()])) as Record<
    MetricName,
    RulesSchema
  >,
);

const status = z.enum(PUSH_STATUSES);

/** What to take for a metric that a record lacks, in the order written. */
const filling = z.union(
  [
    /** A constant in the metric's unit. */
    z.number().min(0),
    /** The last value, for so long: for what is reported less often than the rest. */
    z.strictObject({ hold: durationSeconds }),
    /** 100 % less the sum of other metrics. */
    z.strictObject({ rest_of: z.array(z.enum(METRIC_NAMES as [MetricName, ...MetricName[]])).min(1) }),
  ],
  { error: 'expected a number, { hold: 10m } or { rest_of: [cpu_user_pct, …] }' },
);

export type Filling = z.output<typeof filling>;

const fillings = z.union([filling.transform((one): Filling[] => [one]), z.array(filling).min(1)], {
  error: 'expected a number, { hold: 10m }, { rest_of: [cpu_user_pct, …] }, or a list of these in order of preference',
});

/** Keys of a mapping; a feed may have any of them itself and then overrides the mapping that it names. */
export const mappingFields = {
  server: fieldPaths.optional(),
  /** The server of every document, where no field tells it. */
  server_name: z.string().min(1).optional(),
  /** Applied to the server's name; its first group, or all that it matches, is the name that goes on. */
  server_pattern: regularExpression.optional(),
  timestamp: fieldPaths.optional(),
  timestamp_format: z.enum(TIMESTAMP_FORMATS).optional(),
  status: z
    .strictObject({
      field: fieldPath.optional(),
      /** What the field says → a status of linborg. */
      values: z.record(z.string(), status).default({}),
      default: status.optional(),
    })
    .optional(),
  profile: z
    .strictObject({
      field: fieldPaths.optional(),
      rules: z.array(z.strictObject({ match: regularExpression, profile: z.enum(PROFILES) })).default([]),
    })
    .optional(),
  metrics: metrics.prefault({}),
  fill: z.partialRecord(z.enum(METRIC_NAMES as [MetricName, ...MetricName[]]), fillings).default({}),
};

/** A mapping in a file of its own: rules/feeds/NAME.yml. */
export const mappingSchema = z.strictObject({ description: z.string().min(1), ...mappingFields });

export type MappingOptions = { readonly [key in keyof typeof mappingFields]?: z.output<(typeof mappingFields)[key]> };
