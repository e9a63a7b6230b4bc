/** The dashboards as they lie in the repository. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Dashboard } from './form.js';

const FOLDER = path.resolve(import.meta.dirname, '../../grafana/dashboards');

export const DASHBOARDS: readonly Dashboard[] = readdirSync(FOLDER).map(
  (name) => JSON.parse(readFileSync(path.join(FOLDER, name), 'utf8')) as Dashboard,
);
