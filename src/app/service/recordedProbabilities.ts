/** How true served probabilities had been before a restart, as Prometheus recorded it from /metrics. */
import { RISK_HORIZONS } from '../../core/flow.js';
import { ownSeries } from '../../core/ownSeries.js';
import type { RecordedSeries, Source } from '../../sources/source.js';
import type { RecordedPage, RecordedTenth } from '../../truth/incidents/probabilityBook.js';
import type { ReadingParts } from './readRecorded.js';

/** What is older says little of now. */
const SPAN_SECONDS = 86_400;

/** By horizon and tenth; the Brier score has no tenth. */
type Values = ReadonlyMap<string, number>;

/**
 * The newest figures of the last day, per horizon that had a Brier score; several linborgs that the selector takes are averaged. The
 * first source that has some tells; one that fails costs its own part only.
 */
export async function readRecordedProbabilities(parts: ReadingParts): Promise<RecordedPage[]> {
  for (const source of parts.sources) {
    try {
      const pages = await readFrom(source, parts);
      if (pages.length > 0) return pages;
    } catch (error) {
      parts.log.debug(
        { source: source.name, reason: (error as Error).message },
        'recorded reliability could not be read',
      );
    }
  }
  return [];
}

async function readFrom(source: Source, { at, stepSeconds, selector }: ReadingParts): Promise<RecordedPage[]> {
  const range = { from: at - SPAN_SECONDS, to: at, stepSeconds };
  const read = async (family: string) =>
    (await source.recorded?.(`avg by (horizon, bin) (${ownSeries(`linborg_incident_${family}`, selector)})`, range)) ??
    [];
  const judged = await read('judged_probabilities');
  const newest = Math.max(...judged.map(({ times }) => times[times.length - 1] ?? Number.NEGATIVE_INFINITY));
  if (!Number.isFinite(newest)) return [];
  const newestOf = async (family: string) => valuesAt(await read(family), newest);
  const breaches = await newestOf('judged_breaches');
  const promised = await newestOf('promised_ratio');
  const brier = await newestOf('brier_ratio');
  const cases = valuesAt(judged, newest);
  return RISK_HORIZONS.flatMap(({ name }, horizon): RecordedPage[] => {
    const score = brier.get(keyOf(name, undefined));
    if (score === undefined) return [];
    const tenths = Array.from({ length: 10 }, (_, bin) =>
      tenthOf(keyOf(name, bin), bin, { cases, breaches, promised }),
    );
    return [
      {
        horizon,
        bucket: Math.floor(newest / stepSeconds),
        brier: score,
        tenths: tenths.filter((tenth) => tenth !== undefined),
      },
    ];
  });
}

function tenthOf(
  key: string,
  bin: number,
  { cases, breaches, promised }: Readonly<Record<'cases' | 'breaches' | 'promised', Values>>,
): RecordedTenth | undefined {
  const [count, came, mean] = [cases.get(key), breaches.get(key), promised.get(key)];
  return count === undefined || came === undefined || mean === undefined
    ? undefined
    : { bin, cases: count, breaches: came, promised: mean };
}

/** The finite values of that moment. */
function valuesAt(series: readonly RecordedSeries[], at: number): Values {
  return new Map(
    series.flatMap(({ labels, times, values }): [string, number][] => {
      const last = times.length - 1;
      const value = times[last] === at ? values[last]! : Number.NaN;
      const from = labels['bin'] === undefined ? undefined : Math.round(10 * Number.parseFloat(labels['bin']));
      return Number.isFinite(value) ? [[keyOf(labels['horizon'] ?? '', from), value]] : [];
    }),
  );
}

function keyOf(horizon: string, bin: number | undefined): string {
  return `${horizon} ${bin ?? ''}`;
}
