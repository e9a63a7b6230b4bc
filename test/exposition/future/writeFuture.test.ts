import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { writeFuture } from '../../../src/exposition/future/writeFuture.js';
import { exportOptionsSchema, futureOptionsOf, futureReadFields } from '../../../src/exposition/options.js';
import { publishCycle } from '../../../src/exposition/publishedCycle.js';
import { AT, makeFleet, makeServer, ORIGIN, STEP_SECONDS } from '../fleet.js';
import { decodeWrite, type ReadSeries } from './protocol.js';

const future = futureOptionsOf(z.strictObject(futureReadFields).parse({ external_labels: { cluster: 'eu' } }));

async function write(exported: Record<string, unknown>, view = makeFleet()): Promise<ReadSeries[][]> {
  const options = exportOptionsSchema.parse(exported);
  const batches: ReadSeries[][] = [];
  for await (const { body, samples } of writeFuture(await publishCycle(view, options), options, future)) {
    const series = decodeWrite(body);
    expect(series.reduce((sum, one) => sum + one.samples.length, 0)).toBe(samples);
    batches.push(series);
  }
  return batches;
}

describe('a write of the future', () => {
  it('has the exported metrics and levels of every server that has forecasts, with the external labels', async () => {
    const [series] = await write({ metrics: ['mem_used_pct'], levels: ['p90'] });
    expect(series!.map(({ labels }) => labels['server']).sort()).toEqual(['odd "name"\\x', 'ppdb-1', 'ppweb-2']);
    for (const { labels, samples } of series!) {
      expect(labels).toMatchObject({ cluster: 'eu', metric: 'mem_used_pct', level: 'p90' });
      expect(samples).toHaveLength(96);
    }
  });

  it('puts each sample within its step, and of two forecasts for one step the newer one later', async () => {
    const server = makeServer('ppweb-2', 1);
    const at = async (seconds: number) => {
      const [series] = await write({}, { at: AT + seconds, servers: [server] });
      return new Map(series![0]!.samples.map(([time, value]) => [Math.floor(time / STEP_SECONDS), { time, value }]));
    };
    const [older, newer] = [await at(0), await at(900)];
    const shared = [...newer.keys()].filter((step) => older.has(step));
    expect(shared.length).toBeGreaterThan(90);
    for (const step of shared) {
      expect(newer.get(step)!.time).toBeGreaterThan(older.get(step)!.time);
      expect(newer.get(step)!.value).toBe(older.get(step)!.value);
    }
    for (const [step, { time, value }] of older) {
      expect(time).toBeGreaterThan(step * STEP_SECONDS);
      expect(time).toBeLessThan((step + 1) * STEP_SECONDS);
      expect(value).toBe(48 + (step * STEP_SECONDS - ORIGIN) / STEP_SECONDS / 4);
    }
  });

  it('goes in several requests for a large fleet', async () => {
    const servers = Array.from({ length: 60 }, (_, i) => makeServer(`ppweb-${i}`, i));
    const batches = await write({}, { at: AT, servers });
    expect(batches.length).toBeGreaterThan(2);
    expect(new Set(batches.flat().map(({ labels }) => labels['server'])).size).toBe(60);
  });
});
