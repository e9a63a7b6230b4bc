/** A server on a free port of the loopback interface over a small fleet, for the tests. */
import { pino } from 'pino';
import { afterEach } from 'vitest';
import { z } from 'zod';
import type { ActionDoors } from '../../src/exposition/actions.js';
import type { CycleView } from '../../src/exposition/cycleView.js';
import type { ExplainDoors } from '../../src/exposition/explain.js';
import { ExporterMetrics } from '../../src/exposition/exporterMetrics.js';
import type { HistoryDoors } from '../../src/exposition/historical/history.js';
import type { LearningDoors } from '../../src/exposition/learning.js';
import { futureOptionsOf, futureReadFields } from '../../src/exposition/options.js';
import { publishCycle } from '../../src/exposition/publishedCycle.js';
import type { PushDoors } from '../../src/exposition/push.js';
import type { CycleRecord, CycleTotals, QueryView, SourceStatus, StateView } from '../../src/exposition/state.js';
import type { ModelCard } from '../../src/exposition/summaries.js';
import { webOptionsSchema } from '../../src/web/options.js';
import type { WebParts } from '../../src/web/parts.js';
import { createWebServer, type WebServer } from '../../src/web/server.js';
import { AT, DEFAULT_OPTIONS, makeFleet } from '../exposition/fleet.js';

export const BUILD = { version: '0.1.0', engine: 'tfjs', backend: 'wasm', nodeVersion: '20.12.0' };

export interface Setting {
  /** undefined = no cycle yet. */
  readonly view?: CycleView | undefined;
  readonly totals?: Partial<CycleTotals>;
  /** The `web:` block of the configuration. */
  readonly web?: Record<string, unknown>;
  readonly reload?: () => Promise<void>;
  /** Epoch seconds. */
  readonly now?: () => number;
  readonly log?: (line: string) => void;
  readonly learning?: LearningDoors;
  readonly actions?: ActionDoors;
  readonly explain?: ExplainDoors;
  readonly history?: HistoryDoors;
  readonly push?: PushDoors;
  /** Where it counts; a test may look into it. */
  readonly exporter?: ExporterMetrics;
  readonly configText?: () => string;
  readonly cycles?: readonly CycleRecord[];
  readonly queries?: readonly QueryView[];
  readonly sources?: readonly SourceStatus[];
  /** The fields of the `future:` block about reading. */
  readonly future?: Record<string, unknown>;
}

/** The model of the tests. */
const CARD: ModelCard = {
  ...{ name: 'default', path: 'models/default', created: '2026-01-04T10:00:00Z', parameters: 121_934 },
  ...{ network: 'tft', hidden: 32, incidentMeasurements: 12, incidentAuroc: 0.914 },
  datasets: [{ name: 'fleet-a', servers: 30, series: 418, from: '2020-01-06', to: '2020-02-02' }],
  accuracy: [
    {
      ...{ dataset: 'fleet-a', series: 394, mase: 0.7427, coverage: 0.778, trainedOn: true },
      baselines: { persistence: 1.635, median_7d: 0.91, median_7d_level: 0.826 },
    },
    {
      ...{ dataset: 'fleet-b', series: 42, mase: 0.299, coverage: 0.77, trainedOn: false },
      baselines: { persistence: 0.293, median_7d: 0.891 },
    },
  ],
};

const running: WebServer[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.stop()));
});

/** Starts a server that the test's end stops; returns its URL. */
export async function startServer(setting: Setting = {}): Promise<string> {
  const server = await makeServer(setting);
  return server.start();
}

export async function makeServer(setting: Setting = {}): Promise<WebServer> {
  const server = createWebServer(await makeParts(setting));
  running.push(server);
  return server;
}

export async function makeParts(setting: Setting = {}): Promise<WebParts> {
  return {
    options: webOptionsSchema.parse({ listen_address: '127.0.0.1:0', ...setting.web }),
    state: await makeState(setting),
    reload: setting.reload ?? (async () => {}),
    ...(setting.learning ? { learning: setting.learning } : {}),
    ...(setting.actions ? { actions: setting.actions } : {}),
    ...(setting.push ? { push: setting.push } : {}),
    ...(setting.explain ? { explain: setting.explain } : {}),
    ...(setting.history ? { history: setting.history } : {}),
    log: pino({ level: 'debug' }, { write: setting.log ?? (() => {}) }),
    now: setting.now ?? (() => AT + 1),
  };
}

async function makeState(setting: Setting): Promise<StateView> {
  const view = 'view' in setting ? setting.view : makeFleet();
  const cycle = view && (await publishCycle(view, DEFAULT_OPTIONS));
  const totals: CycleTotals = {
    startedAt: AT - 3600,
    intervalSeconds: 60,
    succeeded: 59,
    failed: 1,
    skipped: 0,
    lastSuccessAt: view && AT,
    lastDurationSeconds: 0.8,
    ...setting.totals,
  };
  return {
    build: BUILD,
    exporter: setting.exporter ?? new ExporterMetrics(BUILD),
    cycle: () => cycle,
    cycles: () => totals,
    model: () => CARD,
    modelCard: () => CARD,
    recentCycles: () => setting.cycles ?? [],
    queries: () => setting.queries ?? [],
    sources: () => setting.sources ?? [{ name: 'prometheus', lastSuccessAt: AT - 5, samples: 4711 }],
    warmupBuckets: () => 40,
    future: () => futureOptionsOf(z.strictObject(futureReadFields).parse(setting.future ?? {})),
    configText: setting.configText ?? (() => 'step: 5m\n'),
  };
}
