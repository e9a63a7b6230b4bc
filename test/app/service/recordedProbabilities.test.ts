import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { readRecordedProbabilities } from '../../../src/app/service/recordedProbabilities.js';
import type { IncidentTruth, TruthReport } from '../../../src/core/truth.js';
import { truthSamples } from '../../../src/exposition/truthSeries.js';
import type { RecordedSeries, Source } from '../../../src/sources/source.js';
import { claimAt, newLedger, secondsAt, serverWith } from '../../truth/incidents/support.js';
import { HOUR } from '../../truth/support.js';

const DAYS = 5;
const LOG = pino({ level: 'silent' });
const UNTIL = DAYS * 24 * HOUR;
/** A breach of 20 minutes every three hours, half an hour after a claim. */
const BREACHES = Array.from({ length: DAYS * 8 }, (_, i) => [3 * i * HOUR + 6, 3 * i * HOUR + 10] as const);

/** What was served for five days of one server that breaches, and of one that does not. */
function servedForDays() {
  const ledger = newLedger();
  for (let now = 0; now < UNTIL; now += HOUR) {
    for (const [server, promised] of [['a', 0.35] as const, ['b', 0.05] as const]) {
      ledger.resolve(serverWith(server === 'a' ? BREACHES : [], now, server), now + secondsAt(0) / 300);
      ledger.settle();
      ledger.record(server, [claimAt(now, promised)], true);
    }
  }
  return ledger;
}

/** A Prometheus that scraped those figures, the last time at `at`. */
function scrapedBy(incidents: IncidentTruth, at: number): Source {
  const none = async function* () {};
  const recorded = async (expr: string): Promise<RecordedSeries[]> => {
    const name = /linborg_\w+/.exec(expr)![0] as Parameters<typeof truthSamples>[0];
    const truth = { incidents } as TruthReport;
    return truthSamples(name, truth).flatMap(({ labels, value }) =>
      Number.isNaN(value) ? [] : [{ labels, times: [at - 600, at], values: [0.5, value] }],
    );
  };
  return { name: 'prometheus', history: none, increment: none, close: () => {}, recorded };
}

describe('the reliability of served probabilities', () => {
  it('goes on after a restart from what was scraped before it', async () => {
    const before = servedForDays().report();
    const at = secondsAt(UNTIL);
    const read = await readRecordedProbabilities({
      ...{ sources: [scrapedBy(before, at)], at: at + 120, stepSeconds: 300, selector: '', log: LOG },
    });
    const restarted = newLedger();
    restarted.recall(read);
    const after = restarted.report().probabilities;
    expect(after.map(({ horizon }) => horizon)).toEqual(['30m', '1h', '4h', '8h']);
    for (const [h, { brier, skill, bins }] of before.probabilities.entries()) {
      expect(after[h]!.brier).toBeCloseTo(brier, 6);
      expect(after[h]!.skill).toBeCloseTo(skill, 3);
      expect(after[h]!.bins).toHaveLength(bins.length);
      for (const [i, tenth] of bins.entries()) {
        expect(after[h]!.bins[i]).toMatchObject({ from: tenth.from, cases: expect.closeTo(tenth.cases, 3) });
        expect(after[h]!.bins[i]!.observed).toBeCloseTo(tenth.observed, 6);
        expect(after[h]!.bins[i]!.promised).toBeCloseTo(tenth.promised, 6);
      }
    }
  });

  it('teaches nothing by being read back', () => {
    const restarted = newLedger();
    restarted.recall([
      { horizon: 2, bucket: 1000, brier: 0.2, tenths: [{ bin: 1, cases: 500, breaches: 400, promised: 0.15 }] },
    ]);
    restarted.settle();
    const raw = Float32Array.of(0.1, 0.15, 0.15, 0.2);
    expect(restarted.apply({ server: 'a', metric: 'mem_used_pct', profile: 'generic' }, raw)).toEqual(raw);
  });

  it('begins anew where no source recorded it, or where it cannot be read', async () => {
    const none = async function* () {};
    const plain = { history: none, increment: none, close: () => {} };
    const sources: Source[] = [
      { ...plain, name: 'failing', recorded: () => Promise.reject(new Error('HTTP 500')) },
      { ...plain, name: 'knowing nothing', recorded: async () => [] },
      { ...plain, name: 'recording nothing' },
    ];
    const parts = { sources, at: 1_780_000_000, stepSeconds: 300, selector: '', log: LOG };
    expect(await readRecordedProbabilities(parts)).toEqual([]);
  });
});
