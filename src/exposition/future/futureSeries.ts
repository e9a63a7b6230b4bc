/** The series `linborg_future`: samples at the times that the forecasts are about, chosen by label matchers. */
import { type Forecast, HORIZON_STEPS, LEVEL_NAMES, type RiskPath } from '../../core/flow.js';
import { groupBy } from '../../core/groupBy.js';
import { FUTURE_LABELS } from '../../core/serverLabels.js';
import type { ServerView } from '../cycleView.js';
import type { PublishedCycle } from '../publishedCycle.js';
import type { ReadyMatcher } from './matchers.js';

export const FUTURE_METRIC = 'linborg_future';
/** Value of the label `metric` where the samples are those of the risk score. */
export const RISK_METRIC = 'risk_score';

export type Label = readonly [name: string, value: string];

/** Where samples may lie: at origin + h × stepSeconds, h from 1 to 96. */
interface Grid {
  readonly origin: number;
  readonly stepSeconds: number;
  /** Epoch seconds; samples lie after it. */
  readonly after: number;
}

export interface FutureSeries extends Grid {
  /** Sorted by name, as Prometheus wants them. */
  readonly labels: readonly Label[];
  /** The h-th sample is `values[(h − 1) × stride + offset]`; NaN = none. */
  readonly values: Float32Array;
  readonly stride: number;
  readonly offset: number;
}

/** Epoch milliseconds, both included. */
export interface TimeRange {
  readonly fromMs: number;
  readonly untilMs: number;
}

export const ALL_TIMES: TimeRange = { fromMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY };

export interface FutureSelection {
  readonly matchers: readonly ReadyMatcher[];
  readonly range: TimeRange;
  /** Labels that all series carry, e.g. those that Prometheus adds to what leaves it. */
  readonly externalLabels: Readonly<Record<string, string>>;
}

/**
 * The series that all matchers take and that have a step in the range, server by server, so that others get their turn in between; a server
 * has none where they do not take it. Earlier forecasts carry the label `age` and are asked for by it: without a matcher on `age`, only the
 * newest forecast is chosen.
 */
export function* selectFuture(cycle: PublishedCycle, selection: FutureSelection): Generator<FutureSeries[]> {
  const chosen = new Choice(selection);
  if (!chosen.takesFixed()) return;
  const ages = cycle.earlier?.ages.filter(({ name }) => chosen.isAged && chosen.takes('age', name)) ?? [];
  const takesNewest = chosen.takes('age', '');
  for (const server of chosen.candidates(cycle)) {
    if (server.frame.state === 'stale' || !chosen.takesServer(server)) {
      yield [];
      continue;
    }
    const series = takesNewest ? newestSeries(server, cycle.at, chosen) : [];
    for (const age of ages) {
      const kind = { age: age.name, after: Number.NEGATIVE_INFINITY };
      const forecasts = cycle.earlier!.forecastsOf(server.frame.server, age);
      series.push(...forecastSeries(server, forecasts, chosen, kind));
      series.push(...riskSeries(server, () => cycle.earlier!.riskPathOf(server.frame.server, age), chosen, kind));
    }
    yield series;
  }
}

/** Calls `visit` with the epoch milliseconds and the value of each sample in the range; returns how many there are. */
export function eachSample(
  series: FutureSeries,
  range: TimeRange,
  visit: (milliseconds: number, value: number) => void,
): number {
  const { origin, stepSeconds, values, stride, offset } = series;
  const { first, last } = stepsIn(series, range);
  let count = 0;
  for (let step = first; step <= last; step++) {
    const value = values[(step - 1) * stride + offset]!;
    if (Number.isNaN(value)) continue;
    count++;
    visit(1000 * (origin + step * stepSeconds), value);
  }
  return count;
}

/** The first and the last step in the range; the first is the greater one where there is none. */
function stepsIn({ origin, stepSeconds, after }: Grid, { fromMs, untilMs }: TimeRange) {
  const earliest = Math.max(fromMs / 1000, after + 1e-3);
  return {
    first: Math.max(1, Math.ceil((earliest - origin) / stepSeconds)),
    last: Math.min(HORIZON_STEPS, Math.floor((untilMs / 1000 - origin) / stepSeconds)),
  };
}

const OWN: readonly string[] = FUTURE_LABELS;

/** What the matchers take, label by label; a label that a series lacks is the empty text. */
class Choice {
  readonly #matchers: ReadonlyMap<string, readonly ReadyMatcher[]>;
  /** Names of labels that are asked about and may come from a server's scraped series. */
  readonly #passed: readonly string[];
  readonly #range: TimeRange;
  readonly externalLabels: Readonly<Record<string, string>>;

  constructor({ matchers, range, externalLabels }: FutureSelection) {
    this.#matchers = groupBy(matchers, ({ name }) => name);
    const isOwn = (name: string) => OWN.includes(name) || Object.hasOwn(externalLabels, name);
    this.#passed = [...this.#matchers.keys()].filter((name) => !isOwn(name));
    this.#range = range;
    this.externalLabels = externalLabels;
  }

  get isAged(): boolean {
    return this.#matchers.has('age');
  }

  takes(label: string, value: string): boolean {
    return this.#matchers.get(label)?.every((matcher) => matcher.matches(value)) ?? true;
  }

  /** Whether a series with such steps has one that is asked for; its labels need not be put together otherwise. */
  reaches(grid: Grid): boolean {
    const { first, last } = stepsIn(grid, this.#range);
    return first <= last;
  }

  /** Servers and subjects that may be taken: one at most where its name is given. */
  candidates(cycle: PublishedCycle): readonly ServerView[] {
    const name = this.#matchers.get('server')?.find(({ only }) => only !== undefined)?.only;
    if (name === undefined) return [...cycle.servers, ...cycle.subjects];
    const server = cycle.find(name);
    return server === undefined ? [] : [server];
  }

  /** Whether the matchers on labels that are the same for all series take them. */
  takesFixed(): boolean {
    const fixed = Object.entries({ ...this.externalLabels, __name__: FUTURE_METRIC });
    return fixed.every(([name, value]) => this.takes(name, value));
  }

  /** Whether the matchers on labels that are the same for all series of a server take them. */
  takesServer({ frame: { server, profile }, labels }: ServerView): boolean {
    if (!this.takes('server', server) || !this.takes('profile', profile)) return false;
    return this.#passed.every((name) => this.takes(name, labels && Object.hasOwn(labels, name) ? labels[name]! : ''));
  }
}

function newestSeries(server: ServerView, at: number, chosen: Choice): FutureSeries[] {
  const kind = { after: at - server.frame.stepSeconds };
  return [
    ...forecastSeries(server, server.forecasts, chosen, kind),
    ...riskSeries(server, () => server.riskPath?.(), chosen, kind),
  ];
}

interface SeriesKind {
  readonly age?: string;
  /** Only what lies after it, in epoch seconds. */
  readonly after: number;
}

/** At most one; its path is asked for only where it is wanted. */
function riskSeries(
  server: ServerView,
  pathOf: () => RiskPath | undefined,
  chosen: Choice,
  { age, after }: SeriesKind,
): FutureSeries[] {
  if (!chosen.takes('metric', RISK_METRIC) || !chosen.takes('level', '')) return [];
  const path = pathOf();
  if (path === undefined || !chosen.reaches({ ...path, after })) return [];
  const { origin, stepSeconds, scores } = path;
  const labels = labelsOf(server, chosen, { metric: RISK_METRIC, ...(age === undefined ? {} : { age }) });
  return [{ labels, origin, stepSeconds, values: scores, stride: 1, offset: 0, after }];
}

function forecastSeries(
  server: ServerView,
  forecasts: readonly Forecast[],
  chosen: Choice,
  { age, after }: SeriesKind,
): FutureSeries[] {
  return forecasts
    .filter((forecast) => chosen.takes('metric', forecast.metric) && chosen.reaches(gridOf(forecast, after)))
    .flatMap(({ metric, origin, stepSeconds, values }) =>
      LEVEL_NAMES.flatMap((level, offset) => {
        if (!chosen.takes('level', level)) return [];
        const labels = labelsOf(server, chosen, { metric, level, ...(age === undefined ? {} : { age }) });
        return [{ labels, origin, stepSeconds, values, stride: LEVEL_NAMES.length, offset, after }];
      }),
    );
}

/** Not spread: the values of an earlier forecast are made when they are asked for. */
function gridOf({ origin, stepSeconds }: Forecast, after: number): Grid {
  return { origin, stepSeconds, after };
}

function labelsOf(
  { frame: { server, profile }, labels: passed }: ServerView,
  { externalLabels }: Choice,
  own: Readonly<Record<string, string>>,
): Label[] {
  const labels = { ...passed, ...externalLabels, __name__: FUTURE_METRIC, server, profile, ...own };
  return Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
}
