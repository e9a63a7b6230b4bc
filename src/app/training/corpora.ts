/** What `train` reads: the series to learn from, and those that are only measured on. */
import { CommandError } from '../../core/errors.js';
import type { LongSeries } from '../../model/training/corpus.js';
import { type ExcludedSpan, excludeSpans } from '../../model/training/excludedSpans.js';
import { STEP_SECONDS } from '../../sources/grid.js';
import { loadConfigFile } from '../configFile.js';
import { readExclusions } from '../exclusions.js';
import { numberWithin } from '../flags.js';
import { openSources } from '../openSources.js';
import { auditedSpans } from '../policy/auditSpans.js';
import type { Progress } from '../progress.js';
import { readFromSource, readTraceFolders } from './readCorpus.js';

/** The flags that say what to read. */
export interface CorpusFlags {
  readonly from: readonly string[];
  readonly 'config.file': string;
  readonly days: string;
  readonly evaluate?: readonly string[];
  readonly leaveOut?: readonly string[];
  readonly exclude?: string;
}

export interface Corpora {
  /** To learn from. */
  readonly trained: readonly LongSeries[];
  /** Other data sets, which only accuracy is measured on. */
  readonly others: readonly LongSeries[];
}

/** Reads everything, and takes out what is to be left out. Throws CommandError for a flag that cannot be. */
export async function readCorpora(flags: CorpusFlags, progress: Progress): Promise<Corpora> {
  const named = flags.exclude === undefined ? [] : await readExclusions(flags.exclude);
  const { read, actedUpon } = await readFrom(flags, progress);
  const more = flags.evaluate ? await readTraceFolders(flags.evaluate, progress) : [];
  const withoutSpans = (corpus: readonly LongSeries[]) => excludeSpans(corpus, [...named, ...actedUpon], STEP_SECONDS);
  const leftOut = checkLeftOut(read, flags.leaveOut ?? []);
  const trained = withoutSpans(read.filter(({ dataset }) => !leftOut.has(dataset)));
  const others = withoutSpans([...read.filter(({ dataset }) => leftOut.has(dataset)), ...more]);
  const touched = [...trained, ...others].filter(({ excluded }) => excluded).length;
  const counts = [
    ...(flags.exclude === undefined ? [] : [`${named.length} spans of ${flags.exclude}`]),
    ...(actedUpon.length === 0 ? [] : [`${actedUpon.length} spans after actions in the audit log`]),
  ];
  if (counts.length > 0) progress.done(`${counts.join(' and ')} exclude parts of ${touched} series`);
  return { trained, others };
}

function checkLeftOut(corpus: readonly LongSeries[], names: readonly string[]): ReadonlySet<string> {
  const datasets = [...new Set(corpus.map(({ dataset }) => dataset))];
  const unknown = names.find((name) => !datasets.includes(name));
  if (unknown !== undefined) {
    throw new CommandError(`--leave-out ${unknown} is no data set of --from; expected one of ${datasets.join(', ')}`);
  }
  if (names.length > 0 && datasets.every((dataset) => names.includes(dataset))) {
    throw new CommandError(`--leave-out ${names.join(' ')} leaves nothing to train on; leave fewer data sets out`);
  }
  return new Set(names);
}

interface ReadCorpus {
  readonly read: readonly LongSeries[];
  /** What linborg's own actions have changed, by the audit log. */
  readonly actedUpon: readonly ExcludedSpan[];
}

async function readFrom(flags: CorpusFlags, progress: Progress): Promise<ReadCorpus> {
  const [kind, ...folders] = flags.from;
  if (kind === 'csv' && folders.length > 0) {
    return { read: await readTraceFolders(folders, progress), actedUpon: [] };
  }
  if (kind === 'prometheus' && folders.length === 0) {
    const days = numberWithin('days', flags.days, 1, 3650);
    const config = await loadConfigFile(flags['config.file']);
    const actedUpon = await auditedSpans(config.retrain.dataFolder);
    const sources = await openSources(config);
    try {
      const corpora = [];
      for (const source of sources) {
        corpora.push(await readFromSource(source, days, config.windows.profiles, progress));
      }
      return { read: corpora.flat(), actedUpon };
    } finally {
      for (const source of sources) source.close();
    }
  }
  throw new CommandError(`--from is "${flags.from.join(' ')}"; expected "csv DIR [DIR…]" or "prometheus"`);
}
