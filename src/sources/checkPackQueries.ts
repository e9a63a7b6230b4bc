import { PackError } from '../core/errors.js';
import type { MappingPack } from '../mapping/pack.js';
import { createClient, type Surroundings } from './client.js';
import { bucketExpr, metricQueries, queryError } from './metricQuery.js';
import type { PrometheusOptions } from './options.js';
import { inParallel } from './parallel.js';

/** A moment before any data, epoch seconds: the query is parsed and typed, but nothing has to be read. */
const BEFORE_ALL_DATA = 1;

/**
 * Has the API parse every query of a pack, as the options render it.
 * @returns one PackError per refused query, naming pack, line, metric, alternative, query and the API's words
 * @throws SourceError if the API cannot be asked
 */
export async function checkPackQueries(
  options: PrometheusOptions,
  pack: MappingPack,
  surroundings: Surroundings,
): Promise<PackError[]> {
  const client = await createClient(options, surroundings);
  const errors: PackError[] = [];
  try {
    const checks = inParallel(metricQueries(pack, options).flat(), options.max_concurrency, async (query) => {
      const expr = bucketExpr(query, options);
      return client.instant(expr, BEFORE_ALL_DATA).then(
        () => undefined,
        (error: unknown) => queryError(query, expr, error as Error),
      );
    });
    for await (const found of checks) {
      if (found === undefined) continue;
      if (!(found instanceof PackError)) throw found;
      errors.push(found);
    }
  } finally {
    client.close();
  }
  return errors.sort((a, b) => (a.message < b.message ? -1 : 1));
}
