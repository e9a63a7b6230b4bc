import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { METRIC_NAMES } from '../../src/core/metrics.js';
import { PROFILES } from '../../src/core/profiles.js';
import { LevelMemory } from '../../src/scoring/riskLevel.js';
import { DEFAULT_LIMITS, type Limit, METRIC_RULES, PROFILE_LIMITS } from '../../src/scoring/thresholds.js';
import { defaultRisk, forecastOf, frameOf } from './support.js';

const page = readFileSync(new URL('../../docs/risk.md', import.meta.url), 'utf8');

describe('docs/risk.md', () => {
  const present = { mem_used_pct: 91.2, cpu_iowait_pct: 8, disk_usage_pct: 84 };
  const forecasts = [
    forecastOf('mem_used_pct', (step) => [91.2, 91.2 + step / 6, 91.2 + (5 * step) / 12]),
    forecastOf('cpu_iowait_pct', () => [3, 8, 30]),
    forecastOf('disk_usage_pct', () => [83.5, 84, 84.5]),
  ];
  const risk = defaultRisk(frameOf(present, 'web_api'), forecasts)!;

  test('works its example with the numbers that the code gives', () => {
    for (const forecast of forecasts) {
      const { metric } = forecast;
      const alone = defaultRisk(frameOf(present, 'web_api'), [forecast])!;
      const { '1h': one, '4h': four, '8h': eight } = alone.incidentProbability;
      const nearness = alone.score / 100 / (0.85 * METRIC_RULES[metric as 'mem_used_pct'].severity);
      const points = risk.contributions.find((contribution) => contribution.metric === metric)?.points ?? 0;
      const cells = [one, four, eight, nearness, alone.score / 100].map((cell) => cell.toFixed(3));
      expect(page).toContain(`| \`${metric}\` | ${cells.join(' | ')} | ${points.toFixed(1)} |`);
    }
    expect(page).toContain(`**${risk.score.toFixed(1)}**, ${risk.color}`);
    const { '1h': one, '4h': four, '8h': eight } = risk.incidentProbability;
    expect(page).toContain(
      `${one.toFixed(3)} within 1 h, ${four.toFixed(3)} within 4 h, ${eight.toFixed(3)} within 8 h`,
    );
    for (const { reason } of risk.contributions) expect(page).toContain(reason);
  });

  test('holds the level of its example as the code does', () => {
    const table = page.split('\n').filter((row) => /^\| (minute|score|level) \|/.test(row));
    const [minutes, scores, levels] = table.map((row) =>
      row
        .split(' | ')
        .slice(1)
        .map((cell) => cell.replace(' |', '')),
    );
    const memory = new LevelMemory(60);
    minutes!.forEach((minute, i) => {
      const [from, to = from] = minute.split(' to ').map(Number);
      for (let at = from!; at <= to!; at++) {
        const held = memory.hold({ ...risk, score: Number(scores![i]), at: at * 60 });
        expect(held.color, `minute ${at}`).toBe(levels![i]);
      }
    });
    expect(minutes).toHaveLength(8);
  });

  test('lists every default limit', () => {
    for (const metric of METRIC_NAMES) {
      const limit = DEFAULT_LIMITS[metric];
      if (limit === undefined) continue;
      const { severity, tailScale } = METRIC_RULES[metric];
      const scale = tailScale ?? 'a tenth of the limit';
      const others = PROFILES.flatMap((profile) => {
        const other = PROFILE_LIMITS[profile]?.[metric];
        return other === undefined ? [] : [`${profile} ${written(other)}`];
      }).join(', ');
      expect(page).toContain(`| \`${metric}\` | ${written(limit)} | ${others || '–'} | ${severity} | ${scale} |`);
    }
  });
});

function written(limit: Limit): string {
  return limit.kind === 'fixed' ? String(limit.value) : `${limit.times} × own p99, at least ${limit.atLeast}`;
}
