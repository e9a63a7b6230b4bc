import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { resolveModelPath } from '../../src/app/modelPath.js';
import { REPOSITORY } from './fixtures/cli.js';
import { temporaryFolder } from './fixtures/folder.js';

const before = process.cwd();
let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
  process.chdir(folder);
});

afterEach(() => process.chdir(before));

it('takes a model of the working directory before the one that comes with linborg', async () => {
  mkdirSync(path.join(folder, 'models/default'), { recursive: true });
  expect(await resolveModelPath('models/default')).toBe(path.join(process.cwd(), 'models/default'));
});

it('takes the one that comes with linborg where the working directory has none', async () => {
  expect(await resolveModelPath('models/default')).toBe(path.join(REPOSITORY, 'models/default'));
});

it('takes an absolute path as it is', async () => {
  expect(await resolveModelPath('/somewhere/model')).toBe('/somewhere/model');
});
