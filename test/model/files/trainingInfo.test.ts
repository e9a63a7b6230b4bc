import { expect, test } from 'vitest';
import { readModel } from '../../../src/model/files/modelFolder.js';
import { renderTrainingInfo } from '../../../src/model/files/trainingInfo.js';

// After another training, npx vitest run test/model/files -u writes them anew.
test.each(['default', 'perceptron'])('training_info.json of %s is what its manifest says', async (name) => {
  const { manifest } = await readModel(`models/${name}`);
  await expect(renderTrainingInfo(manifest)).toMatchFileSnapshot(`../../../models/${name}/training_info.json`);
});
