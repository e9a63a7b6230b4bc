import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderCard } from '../../../src/model/files/card.js';
import { manifestSchema } from '../../../src/model/files/manifest.js';

test.each(['default', 'perceptron'])('the card of the shipped model %s is what a training would write now', (name) => {
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(`models/${name}/manifest.json`, 'utf8')));
  expect(readFileSync(`models/${name}/CARD.md`, 'utf8')).toBe(renderCard(manifest));
});

test('the card of a mean does not claim that no part learnt from the servers that validate it: one that was fine-tuned learnt from all', () => {
  const manifest = manifestSchema.parse(JSON.parse(readFileSync('models/default/manifest.json', 'utf8')));
  expect(renderCard(manifest)).not.toContain('served validation only');
  expect(renderCard(manifest)).toContain('a part that was fine-tuned learnt from all servers');
  const { average: _, ...training } = manifest.training;
  expect(renderCard({ ...manifest, training })).toContain('a tenth of the servers served validation only');
});

test('the card says which row of the sets that were left out is the model itself', () => {
  const manifest = manifestSchema.parse(JSON.parse(readFileSync('models/default/manifest.json', 'utf8')));
  expect(renderCard(manifest)).toContain('bitbrains, which this model was not trained on, is its own row');
  const others = manifest.left_out!.filter(({ accuracy }) => accuracy.dataset !== 'bitbrains');
  expect(renderCard({ ...manifest, left_out: others })).not.toContain('its own row');
});
