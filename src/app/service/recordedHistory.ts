/** Reads what Prometheus recorded of linborg, through the configured sources: bounded in time and number, shared for a while. */
import type {
  HistoryAnswers,
  HistoryDoors,
  HistoryQueries,
  HistoryReading,
  HistorySeries,
  HistorySpan,
} from '../../exposition/historical/history.js';
import { SHARED_SECONDS } from '../../exposition/historical/timeRange.js';
import type { Source } from '../../sources/source.js';
import { withDeadline } from '../../web/withDeadline.js';

/** What a client waits for; the source's own retries may take longer. */
const DEADLINE_MILLISECONDS = 15_000;
/** Readings under way: cycles ask the same Prometheus and come first. */
const MOST_UNDER_WAY = 4;
/** A month of a thousand servers takes about a megabyte. */
const MOST_REMEMBERED = 16;

/** What is in force now. */
export interface HistorySetting {
  readonly sources: readonly Source[];
  readonly selector: string;
}

interface Shared {
  readonly until: number;
  readonly reading: Promise<HistoryReading<string>>;
}

type Recording = Source & Required<Pick<Source, 'recorded'>>;

export class RecordedHistory implements HistoryDoors {
  readonly #setting: () => HistorySetting;
  readonly #clock: () => number;
  readonly #shared = new Map<string, Shared>();
  #sharedOf: readonly Source[] = [];
  #underWay = 0;

  /** @param clock epoch seconds */
  constructor(setting: () => HistorySetting, clock: () => number) {
    this.#setting = setting;
    this.#clock = clock;
  }

  selector(): string {
    return this.#setting().selector;
  }

  /** The first source that recorded anything answers; without any, the answers are empty. */
  async read<Name extends string>(queries: HistoryQueries<Name>, span: HistorySpan): Promise<HistoryReading<Name>> {
    const reading = (await this.#share(queries, span)) as HistoryReading<Name> | undefined;
    const message = `Prometheus has not answered within ${DEADLINE_MILLISECONDS / 1000} s`;
    return reading ?? { kind: 'unavailable', message };
  }

  /** Whoever asks the same within a while gets the same reading; one that failed is not kept. */
  #share(queries: HistoryQueries<string>, span: HistorySpan): Promise<HistoryReading<string> | undefined> {
    const { sources } = this.#setting();
    this.#forget(sources);
    const key = JSON.stringify([queries, span]);
    const known = this.#shared.get(key);
    if (known) return withDeadline(known.reading, DEADLINE_MILLISECONDS);
    if (this.#underWay >= MOST_UNDER_WAY) {
      const message = `${MOST_UNDER_WAY} other requests for the past are under way`;
      return Promise.resolve({ kind: 'unavailable', message });
    }
    this.#underWay++;
    const reading = readFrom(sources, queries, span).finally(() => {
      this.#underWay--;
    });
    this.#shared.set(key, { until: this.#clock() + SHARED_SECONDS, reading });
    void reading.then(({ kind }) => {
      if (kind === 'unavailable') this.#shared.delete(key);
    });
    return withDeadline(reading, DEADLINE_MILLISECONDS);
  }

  #forget(sources: readonly Source[]): void {
    if (sources !== this.#sharedOf) this.#shared.clear();
    this.#sharedOf = sources;
    const now = this.#clock();
    for (const [key, { until }] of this.#shared) if (until <= now) this.#shared.delete(key);
    const [oldest] = this.#shared.keys();
    if (this.#shared.size >= MOST_REMEMBERED && oldest !== undefined) this.#shared.delete(oldest);
  }
}

async function readFrom(
  sources: readonly Source[],
  queries: HistoryQueries<string>,
  span: HistorySpan,
): Promise<HistoryReading<string>> {
  const recording = sources.filter((source): source is Recording => source.recorded !== undefined);
  const failures: string[] = [];
  let empty: HistoryAnswers<string> | undefined;
  for (const source of recording) {
    try {
      const answers = await readAll(source, queries, span);
      if (Object.values(answers).some(({ length }) => length > 0)) return { kind: 'read', answers };
      empty = answers;
    } catch (error) {
      failures.push((error as Error).message);
    }
  }
  if (empty) return { kind: 'read', answers: empty };
  const message =
    recording.length === 0
      ? 'no Prometheus is among the sources, so nothing is recorded that could be shown'
      : `what Prometheus recorded cannot be read (${failures.join('; ')})`;
  return { kind: 'unavailable', message };
}

async function readAll(
  source: Recording,
  queries: HistoryQueries<string>,
  span: HistorySpan,
): Promise<HistoryAnswers<string>> {
  const entries = await Promise.all(
    Object.entries(queries).map(
      async ([name, expr]): Promise<[string, readonly HistorySeries[]]> => [name, await source.recorded(expr, span)],
    ),
  );
  return Object.fromEntries(entries);
}
