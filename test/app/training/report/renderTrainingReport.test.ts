import { describe, expect, it } from 'vitest';
import { renderTrainingReport } from '../../../../src/app/training/report/renderTrainingReport.js';
import { readModel } from '../../../../src/model/files/modelFolder.js';

const { manifest } = await readModel('models/default');
const HISTORY = [
  { step: 20, loss: 0.4 },
  { step: 400, loss: 0.2, validationLoss: 0.3 },
];

describe('the report of a training', () => {
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
      for (const value of [mase, ratio!, wql]) expect(page).toContain(`<td class="number">${value.toFixed(3)}</td>`);
    }
    for (const horizon of ['30 min', '1 h', '4 h', '8 h']) expect(page).toContain(`AUROC, ${horizon}</th>`);
    for (const { auroc } of manifest.incident!.accuracy) {
      for (const area of auroc) if (area !== null) expect(page).toContain(`<td class="number">${area.toFixed(3)}</td>`);
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
