import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderCard } from '../../../src/model/files/card.js';
import { manifestSchema } from '../../../src/model/files/manifest.js';

test.each(['default', 'perceptron'])('the card of the shipped model %s is what a training would write now', (name) => {
  const manifest = manifestSchema.parse(JSON.parse(readFileSync(`models/${name}/manifest.json`, 'utf8')));
  expect(readFileSync(`models/${name}/CARD.md`, 'utf8')).toBe(renderCard(manifest));
});
