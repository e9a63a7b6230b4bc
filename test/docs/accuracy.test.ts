import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Manifest, manifestSchema } from '../../src/model/files/manifest.js';

const START = '<!-- accuracy:start -->';
const END = '<!-- accuracy:end -->';

test("the README's table of accuracy is what the shipped model measured (run this test with -u to write it)", async () => {
  const manifest = manifestSchema.parse(JSON.parse(readFileSync('models/default/manifest.json', 'utf8')));
  const text = readFileSync('README.md', 'utf8');
  const [before, rest] = text.split(START);
  const after = rest?.split(END)[1];
  expect(after, `README.md has ${START} and ${END}`).toBeDefined();
  await expect(`${before}${START}\n${renderAccuracy(manifest)}${END}${after}`).toMatchFileSnapshot(
    join(process.cwd(), 'README.md'),
  );
});

/** One row per data set; the smallest error of a row is bold, whoever made it. */
function renderAccuracy({ accuracy, training }: Manifest): string {
  const methods = [...new Set(accuracy.flatMap(({ baselines }) => Object.keys(baselines)))];
  const header = ['data set', 'series', 'linborg', ...methods, 'inside p10–p90'];
  const trained = new Set(training.datasets.map(({ name }) => name));
  const rows = accuracy.map(({ dataset, series, mase, baselines, coverage }) => {
    const errors = [mase, ...methods.map((method) => baselines[method])];
    const least = Math.min(...errors.filter((error) => error !== undefined));
    const cells = errors.map((error) => {
      if (error === undefined) return '–';
      return error === least ? `**${error.toFixed(3)}**` : error.toFixed(3);
    });
    const name = trained.has(dataset) ? dataset : `${dataset} †`;
    return [name, String(series), ...cells, `${Math.round(100 * coverage)} %`];
  });
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');
}
