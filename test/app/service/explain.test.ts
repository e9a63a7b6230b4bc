import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeConfiguration } from '../fixtures/configuration.js';
import { type FleetPrometheus, startFleetPrometheus } from '../fixtures/fleet.js';
import { samplesOf, scrape, untilReady } from '../fixtures/scrape.js';
import { startService } from '../fixtures/serviceHere.js';

/** Low limits, so that an ordinary fleet has something to explain. */
const KEYS = {
  stale_after: '2h',
  thresholds: { mem_used_pct: 40, cpu_idle_pct: 90 },
  web: { listen_address: '127.0.0.1:0' },
};

let fleet: FleetPrometheus;

beforeAll(async () => {
  fleet = await startFleetPrometheus({ servers: 3, days: 3, until: Date.now() / 1000 - 900 });
});

afterAll(() => fleet?.prometheus.stop());

interface Explained {
  readonly server_name: string;
  readonly prediction: { readonly risk_score: number; readonly alert_level: string };
  readonly shap: {
    readonly top_features: readonly { feature: string; importance: number; stars: string; points: number }[];
  };
  readonly reasons: readonly { metric: string; reason: string; seconds_to_threshold: Record<string, number | null> }[];
  readonly attention: { readonly focus_periods: readonly object[]; readonly analysis: string };
  readonly variable_selection: readonly Readonly<Record<string, Readonly<Record<string, number>>>>[];
  readonly counterfactuals: readonly {
    scenario: string;
    impact: number;
    recommendation: string;
    risk_before: number;
    risk_after: number;
  }[];
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

describe('/explain of a running service', () => {
  it('tells why each server has the risk that it shows, by fields of the older daemons that are all computed', async () => {
    const { url } = await startService(writeConfiguration({ url: fleet.prometheus.url, keys: KEYS }));
    await untilReady(url);
    for (const name of fleet.names) {
      const response = await fetch(`${url}/explain/${name}`);
      expect(response.status).toBe(200);
      const told = (await response.json()) as Explained;
      const shown = (await (await fetch(`${url}/predictions/${name}`)).json()) as Record<string, unknown>;
      expect(told.server_name).toBe(name);
      expect(told.prediction).toMatchObject({
        risk_score: shown['risk_score'],
        alert_level: (shown['alert'] as { level: string }).level,
        color: shown['color'],
      });
      const { top_features } = told.shap;
      expect(sum(top_features.map(({ points }) => points))).toBeCloseTo(told.prediction.risk_score, 2);
      expect(sum(top_features.map(({ importance }) => importance))).toBeCloseTo(1, 3);
      expect(told.reasons[0]).toMatchObject({ metric: top_features[0]!.feature });
      for (const { metric: _, ...selection } of told.variable_selection) {
        for (const weights of Object.values(selection)) expect(sum(Object.values(weights))).toBeCloseTo(1, 3);
      }
      expect(told.attention.analysis).toContain(told.reasons[0]!.metric);
      expect(told.counterfactuals.length).toBeGreaterThan(0);
      for (const { impact, risk_before, risk_after, recommendation } of told.counterfactuals) {
        expect(risk_before).toBe(told.prediction.risk_score);
        expect(impact).toBeCloseTo(risk_after - risk_before, 3);
        expect(recommendation).toContain('→');
      }
    }
    const page = await (await fetch(`${url}/servers/${fleet.names[0]}`)).text();
    expect(page).toContain('what would change it, and what the model looked at');
    expect(page).toContain('The model and the score were run again on the changed values.');
    const text = await scrape(url);
    for (const name of ['linborg_trend_per_hour', 'linborg_threshold_value', 'linborg_risk_level']) {
      expect(new Set(samplesOf(text, name).map(({ labels }) => labels['server']))).toEqual(new Set(fleet.names));
    }
  });
});
