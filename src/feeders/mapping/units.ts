/** Units of other systems → the unit of a LINBORG metric. */
import type { MetricUnit } from '../../core/metrics.js';

/** What can be turned into one another. `throughput` is a size for each second, `share` a part of a whole. */
type Dimension = 'share' | 'size' | 'throughput' | 'time' | 'count';

interface Unit {
  readonly dimension: Dimension;
  /** In the dimension's base unit: ratio, bytes, bytes per second, seconds, count. */
  readonly factor: number;
}

const unit = (dimension: Dimension, factor: number): Unit => ({ dimension, factor });

const UNITS = {
  ratio: unit('share', 1),
  percent: unit('share', 0.01),
  bits: unit('size', 1 / 8),
  bytes: unit('size', 1),
  kilobytes: unit('size', 1e3),
  kibibytes: unit('size', 2 ** 10),
  megabytes: unit('size', 1e6),
  mebibytes: unit('size', 2 ** 20),
  gigabytes: unit('size', 1e9),
  gibibytes: unit('size', 2 ** 30),
  bits_per_second: unit('throughput', 1 / 8),
  kilobits_per_second: unit('throughput', 1e3 / 8),
  megabits_per_second: unit('throughput', 1e6 / 8),
  bytes_per_second: unit('throughput', 1),
  kilobytes_per_second: unit('throughput', 1e3),
  kibibytes_per_second: unit('throughput', 2 ** 10),
  megabytes_per_second: unit('throughput', 1e6),
  mebibytes_per_second: unit('throughput', 2 ** 20),
  nanoseconds: unit('time', 1e-9),
  microseconds: unit('time', 1e-6),
  milliseconds: unit('time', 1e-3),
  /** The kernel's ticks, of which there are 100 in a second wherever /proc is read. */
  jiffies: unit('time', 0.01),
  seconds: unit('time', 1),
  minutes: unit('time', 60),
  hours: unit('time', 3600),
  days: unit('time', 86_400),
  count: unit('count', 1),
} as const satisfies Readonly<Record<string, Unit>>;

export type UnitName = keyof typeof UNITS;

export const UNIT_NAMES = Object.keys(UNITS) as [UnitName, ...UnitName[]];

/** What a metric's own unit is called here. */
export const OWN_UNITS: Readonly<Record<MetricUnit, UnitName>> = {
  percent: 'percent',
  megabytes_per_second: 'megabytes_per_second',
  connections: 'count',
  load: 'count',
  days: 'days',
};

/** What a dimension becomes as a rate: bytes → bytes per second, seconds of CPU time → a share of the time. */
const RATE_DIMENSIONS: Readonly<Partial<Record<Dimension, Dimension>>> = {
  size: 'throughput',
  time: 'share',
  count: 'count',
};

/** The factor that turns a value in `name` into the metric's unit; undefined if it cannot be turned into it. */
export function conversionFactor(name: UnitName, isRate: boolean, target: MetricUnit): number | undefined {
  const from: Unit = UNITS[name];
  const to: Unit = UNITS[OWN_UNITS[target]];
  const dimension = isRate ? RATE_DIMENSIONS[from.dimension] : from.dimension;
  return dimension === to.dimension ? from.factor / to.factor : undefined;
}

/** The units that a metric may be given in, for messages. */
export function convertibleUnits(isRate: boolean, target: MetricUnit): UnitName[] {
  return UNIT_NAMES.filter((name) => conversionFactor(name, isRate, target) !== undefined);
}
