import { describe, expect, it } from 'vitest';
import { type AlertSource, evaluateAlert } from '../../../../src/app/backtest/rules/evaluateAlerts.js';
import { createClient } from '../../../../src/sources/client.js';
import { prometheusOptions } from '../../../../src/sources/options.js';
import { startPrometheus } from '../../../sources/fixtures/realPrometheus.js';

const RULE = { group: 'g', alert: 'A', expr: 'vector(1)', intervalSeconds: 60, forSeconds: 0, keepFiringSeconds: 0 };
/** More evaluations than Prometheus answers at once. */
const MINUTES = 25_000;
const FROM = 1_700_000_040;

async function withPrometheus(use: (source: AlertSource) => Promise<void>): Promise<void> {
  const prometheus = await startPrometheus();
  const chance = { clock: () => FROM, random: () => 0.5, sleep: async () => {} };
  const client = await createClient(prometheusOptions.parse({ url: prometheus.url }), chance);
  try {
    await use({ client, serverLabel: 'server' });
  } finally {
    client.close();
    await prometheus.stop();
  }
}

describe('evaluateAlert', () => {
  it('asks a real Prometheus in parts and loses nothing between them; a refusal names group, alert and reason', async () => {
    await withPrometheus(async (source) => {
      const span = { from: FROM, to: FROM + MINUTES * 60 };
      expect(await evaluateAlert(RULE, source, span)).toEqual([{ server: undefined, from: FROM, to: span.to + 60 }]);
      const labelled = { ...RULE, expr: 'label_replace(vector(1), "server", "a", "", "")' };
      expect((await evaluateAlert(labelled, source, span)).map(({ server }) => server)).toEqual(['a']);
      await expect(evaluateAlert({ ...RULE, expr: 'rate(x)' }, source, span)).rejects.toThrow(
        /^alert A of group g cannot be replayed: .*expected type range vector.*; its expression is rate\(x\)$/,
      );
    });
  });
});
