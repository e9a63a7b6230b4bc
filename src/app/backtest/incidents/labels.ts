/** What people, or a simulator, wrote down: labels.csv of a folder of traces. */
import { join } from 'node:path';
import { SourceError } from '../../../core/errors.js';
import { groupBy } from '../../../core/groupBy.js';
import { readIfThere } from '../../../files/ifThere.js';
import { LABELS_HEADER } from '../../../simulator/labels.js';

const FILE = 'labels.csv';

export interface Label {
  readonly server: string;
  /** Epoch seconds: from ≤ t < to. */
  readonly from: number;
  readonly to: number;
  readonly kind: string;
  /** False for planned work, which is a trap. */
  readonly isIncident: boolean;
  /** Whether `detail` names the metric that shows it. */
  readonly hasMetric: boolean;
}

/** Labels by server; undefined if the folder has none. Throws SourceError that names file and line. */
export async function readLabels(folder: string): Promise<ReadonlyMap<string, readonly Label[]> | undefined> {
  const file = join(folder, FILE);
  const text = await readIfThere(file).catch((cause: Error) => {
    throw new SourceError(`${file} cannot be read (${cause.message})`, { cause });
  });
  if (text === undefined) return undefined;
  const [header, ...lines] = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  if (header !== LABELS_HEADER)
    throw new SourceError(`${file}:1 has the header ${JSON.stringify(header)}; expected ${LABELS_HEADER}`);
  const labels = lines.flatMap((line, i) => (line === '' ? [] : [labelOf(line, `${file}:${i + 2}`)]));
  return groupBy(labels, ({ server }) => server);
}

function labelOf(line: string, where: string): Label {
  const [, server, start, end, kind, detail] = /^([^,]+),([^,]+),([^,]+),([^,]+),(.*)$/.exec(line) ?? [];
  const [from, to] = [Number(start), Number(end)];
  if (server === undefined || !(to > from))
    throw new SourceError(
      `${where} is ${JSON.stringify(line)}; expected ${LABELS_HEADER} with start < end in epoch seconds`,
    );
  const details = detail!.split(';');
  const hasMetric = details.some((part) => part.startsWith('metric='));
  return { server, from, to, kind: kind!, isIncident: !details.includes('incident=false'), hasMetric };
}
