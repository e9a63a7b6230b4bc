/** The section of a card about data sets that were left out in turn. */
import type { LeftOut } from './manifest.js';
import { figure, tableOf } from './markdown.js';

/**
 * What the model's recipe achieves on a fleet that it never saw.
 * @param percent  share of each series that is history
 * @param ownSets  data sets that the model itself was not trained on
 */
export function renderLeftOut(leftOut: readonly LeftOut[], percent: number, ownSets: readonly string[]): string {
  const own = leftOut.map(({ accuracy }) => accuracy.dataset).filter((dataset) => ownSets.includes(dataset));
  const exception = own.length > 0 ? `; ${own.join(', ')}, which this model was not trained on, is its own row` : '';
  const ratios = leftOut.flatMap(({ accuracy: { ratio } }) => (ratio === undefined ? [] : [ratio]));
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length;
  return `
## Data sets left out in turn

A fleet that nobody saw: trained by the commands below on all other data sets, measured on the last ${100 - percent} % of the one that
was left out. The weights of these models are not shipped${exception}.

${leftOutTable(leftOut)}

Mean ratio ${figure(ratios.length > 0 ? mean : undefined)}.

\`\`\`
${[...new Set(leftOut.map(({ command }) => command))].join('\n')}
\`\`\`
`;
}

function leftOutTable(leftOut: readonly LeftOut[]): string {
  const header = ['left out', 'series', 'MASE', 'ratio', 'coverage p10–p90', 'seed', 'steps'];
  const rows = leftOut.map(({ accuracy: { dataset, series, mase, ratio, coverage }, seed, steps }) => [
    ...[dataset, String(series), figure(mase), figure(ratio), figure(coverage)],
    ...[String(seed), String(steps)],
  ]);
  return tableOf(header, rows);
}
