import { describe, expect, it } from 'vitest';
import { renderTrainingReport } from '../../../../src/app/training/report/renderTrainingReport.js';
import type { IncidentManifest, Manifest } from '../../../../src/model/files/manifest.js';
import { readModel } from '../../../../src/model/files/modelFolder.js';
import { linesOf, readHtml, textOf } from '../../backtest/report/readHtml.js';

const { manifest } = await readModel('models/default');
const HISTORY = [
  { step: 20, loss: 0.4 },
  { step: 400, loss: 0.2, validationLoss: 0.3 },
];

type Question = IncidentManifest['accuracy'][number];

const DATASET = { name: 'shop', servers: 12, series: 150, from: '2026-01-01', to: '2026-01-21' };
const ACCURACY = {
  ...{ dataset: 'shop', series: 140, origins: 30, mase: 0.81, wql: 0.123, coverage: 0.79, ratio: 0.9 },
  ...{ baselines: { 'as yesterday': 0.9, 'as now': 1.2 }, trained_on: true },
} as Manifest['accuracy'][number];
const QUESTION: Question = {
  ...{ dataset: 'shop', metric: 'mem_used_pct', threshold: 90, servers: 12, cases: 1000, onsets: [10, 20] },
  ...{ log_loss: 0.1, auroc: [0.91, null], auroc_within_servers: [0.8, null], auroc_past_share: [0.7, null] },
  reliability: [
    [
      { cases: 800, predicted: 0.02, observed: 0.01 },
      { cases: 200, predicted: 0.55, observed: 0.4 },
    ],
    [{ cases: 1000, predicted: 0.05, observed: 0.06 }],
  ],
  trained_on: true,
};

/** A manifest with these data sets, each with questions of its own. */
function manifestOf(datasets: readonly string[], metrics: readonly string[]): Manifest {
  const { average: _, base: __, ...training } = manifest.training;
  const questions = datasets.flatMap((dataset) => metrics.map((metric) => ({ ...QUESTION, dataset, metric })));
  return {
    ...{ ...manifest, name: 'small', created: '2026-02-01T06:00:00.000Z', linborg: '0.1.0' },
    hyperparameters: { network: 'tft', hidden: 32, heads: 4 },
    weights: { ...manifest.weights, parameters: 43_210 },
    training: {
      ...{ ...training, command: 'linborg train --from csv shop --out small', seed: 7, steps: 400 },
      ...{ validation_loss: 0.2987, train_until: 0.7, datasets: datasets.map((name) => ({ ...DATASET, name })) },
    },
    accuracy: datasets.map((dataset, i) => ({ ...ACCURACY, dataset, ratio: 0.7 + i / 1000 })),
    incident: {
      ...{ ...manifest.incident!, command: 'linborg train --only incident-head', outcome: 'trained', rows: 12_345 },
      ...{ horizon_steps: [6, 12], accuracy: questions },
    },
  };
}

describe('the report of a training', () => {
  it('reads as the golden file holds', async () => {
    const page = renderTrainingReport(manifestOf(['shop', 'bank'], ['mem_used_pct']), HISTORY);
    await expect(linesOf(page)).toMatchFileSnapshot('golden/small.txt');
  });

  it('is well-formed HTML, and its links lead to its sections', () => {
    const elements = readHtml(renderTrainingReport(manifest, HISTORY));
    const ids = elements.flatMap(({ attributes }) => attributes['id'] ?? []);
    const anchors = elements.flatMap(({ name, attributes }) => (name === 'a' ? attributes['href'] : undefined) ?? []);
    expect(anchors).toEqual(['#main', '#trained', '#losses', '#accuracy', '#head']);
    for (const anchor of anchors) expect(ids).toContain(anchor.slice(1));
  });

  it('of two hundred data sets shows the worst, tells of the rest, and stays a page that one reads', () => {
    const datasets = Array.from({ length: 200 }, (_, i) => `set-${i}`);
    const metrics = Array.from({ length: 6 }, (_, i) => `metric_${i}`);
    const page = renderTrainingReport(manifestOf(datasets, metrics), HISTORY);
    expect(readHtml(page).filter(({ name }) => name === 'tr')).toHaveLength(4 * (1 + 25));
    expect(page.length).toBeLessThan(60_000);
    // All together, and the five thresholds with the most cases.
    expect(readHtml(page).filter(({ attributes }) => attributes['class'] === 'card chart')).toHaveLength(1 + 6);
    const text = textOf(page);
    expect(text).toContain('The 25 of 200 with the highest ratio to the best by hand; manifest.json has all.');
    expect(text).toContain(
      'Over all 200 data sets the ratio to the best by hand is 0.800 in the middle, from 0.700 to 0.899',
    );
    expect(text).toContain('The 25 of 1,200 with the lowest AUROC of a horizon; manifest.json has all.');
    expect(text).toContain('set-199 140 0.810 0.900 (as yesterday) 0.899');
    expect(text).not.toContain('set-100 140');
  });

  it('draws the reliability of all questions together, and lists what is farthest from what was given first', () => {
    const page = renderTrainingReport(manifestOf(['shop', 'bank'], ['mem_used_pct', 'swap_used_pct']), HISTORY);
    expect(page).toContain('<title>30 min: 55.0% given, 40.0% came, 800 moments</title>');
    expect(page).toContain('<title>1 h: 5.0% given, 6.0% came, 4,000 moments</title>');
    const text = textOf(page);
    expect(text).toContain('30 min: 4,000 cases, 8.80% came');
    for (const threshold of ['mem_used_pct at 90', 'swap_used_pct at 90'])
      expect(text).toMatch(new RegExp(`Reliability, ${threshold} .*30 min: 2,000 cases, 8.80% came`));
    expect(text).toMatch(/share that came shop, mem_used_pct at 90 30 min 200 55\.0% 40\.0%/);
  });

  it('has no plot without a case, and no table of tenths that chance tells', () => {
    const few = manifestOf(['shop'], ['mem_used_pct']);
    const bins = [{ cases: 199, predicted: 0.02, observed: 0.01 }];
    const questions = (reliability: Question['reliability']) => ({
      ...few,
      incident: { ...few.incident!, accuracy: [{ ...QUESTION, reliability }] },
    });
    const pageOf = (reliability: Question['reliability']) => renderTrainingReport(questions(reliability), HISTORY);
    expect(pageOf([bins, []])).toContain('199 moments');
    expect(textOf(pageOf([bins, []]))).not.toContain('By question');
    expect(textOf(pageOf([[], []]))).toContain('No question had a case.');
  });

  it('asks for nothing from outside and runs no script', () => {
    const page = renderTrainingReport(manifest, HISTORY);
    expect(page).not.toMatch(/<script|<link|<img|\bsrc=|url\(|@import|https?:/);
  });

  it('escapes what a person typed', () => {
    const training = { ...manifest.training, command: 'linborg train --out "<script>x</script>"' };
    const page = renderTrainingReport({ ...manifest, name: '<b>&', training }, HISTORY);
    expect(page).toContain('&lt;script&gt;x&lt;/script&gt;');
    expect(page).not.toMatch(/<script|<b>&/);
  });

  it('shows the figures of the manifest for network and incident head', () => {
    const page = renderTrainingReport(manifest, HISTORY);
    for (const { dataset, mase, ratio, wql } of manifest.accuracy) {
      expect(page).toContain(`<th scope="row">${dataset}</th>`);
      for (const value of [mase, ratio!, wql])
        expect(page).toContain(`<td class="number nowrap">${value.toFixed(3)}</td>`);
    }
    for (const horizon of ['30 min', '1 h', '4 h', '8 h']) expect(page).toContain(`AUROC, ${horizon}</th>`);
    for (const { auroc } of manifest.incident!.accuracy) {
      for (const area of auroc)
        if (area !== null) expect(page).toContain(`<td class="number nowrap">${area.toFixed(3)}</td>`);
    }
  });

  it('says in words what fine-tuning gained, or that it gained nothing', () => {
    const base = { name: 'default', sha256: '', validation_loss: 0.5, accuracy: manifest.accuracy };
    const { average: _, ...training } = manifest.training;
    const tuned = (outcome: 'gain' | 'no gain') =>
      renderTrainingReport(
        { ...manifest, training: { ...training, validation_loss: 0.4, base: { ...base, outcome } } },
        HISTORY,
      );
    expect(tuned('gain')).toContain('Fine-tuning default gained 20.0% of validation loss: 0.5000 before, 0.4000');
    expect(tuned('no gain')).toContain('No gain over the validation loss of default, 0.5000');
  });

  it('says of which models the weights are the mean', () => {
    const training = {
      ...manifest.training,
      average: [{ ...manifest.training.average![0]!, name: 'before', share: 0.25 }],
    };
    expect(renderTrainingReport({ ...manifest, training }, HISTORY)).toContain(
      'The weights are the mean of before (0.25)',
    );
  });

  it('says where its curves begin after a resume without history, and that nothing was learnt without any', () => {
    expect(renderTrainingReport(manifest, HISTORY)).not.toContain('The curves begin');
    expect(renderTrainingReport(manifest, HISTORY.slice(1))).toContain('The curves begin at step 400');
    expect(renderTrainingReport(manifest, [])).toContain('The network was not trained in this run.');
  });
});
