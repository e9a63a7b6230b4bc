/** The configured sources, ready to be read. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/load.js';
import { seededRandom } from '../core/random.js';
import { loadPack } from '../mapping/pack.js';
import type { Surroundings } from '../sources/client.js';
import { createPrometheusSource } from '../sources/prometheus.js';
import type { Source } from '../sources/source.js';
import { PACKS_FOLDER } from './package.js';

/** The real clock, chance and sleep, for rooms that take them as arguments. */
export function realSurroundings(): Surroundings {
  const clock = () => Date.now() / 1000;
  return { clock, random: seededRandom(Date.now() % 2 ** 31), sleep: (seconds) => sleep(seconds * 1000) };
}

/** One source per entry of `sources:`. Throws PackError or SourceError for what a person must mend. */
export async function openSources(config: Config): Promise<Source[]> {
  const surroundings = realSurroundings();
  return Promise.all(
    config.sources.map(async ({ prometheus }) =>
      createPrometheusSource(prometheus, await loadPack(prometheus, PACKS_FOLDER), surroundings, config.targets),
    ),
  );
}
