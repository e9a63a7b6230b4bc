/** A user's alerts beside ours, over the same history and against the same incidents. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '../../../sources/client.js';
import { prometheusOptions } from '../../../sources/options.js';
import { loadConfigFile } from '../../configFile.js';
import { realSurroundings } from '../../openSources.js';
import type { Progress } from '../../progress.js';
import { raiseAlarms } from '../incidents/alarms.js';
import type { Subject } from '../incidents/subjectScores.js';
import { ALL_TIME } from '../incidents/watch.js';
import type { IncidentSubject, RuleComparison, RuleScore } from '../report/incidentData.js';
import type { ServerTrace } from '../serverTrace.js';
import { type AlertSource, evaluateAlert, type Firing } from './evaluateAlerts.js';
import { HistoryFiles } from './historyFile.js';
import { requirePrometheusTools, requireValidRules, startHistoryPrometheus } from './historyPrometheus.js';
import { type RuleFile, readRuleFile } from './ruleFile.js';
import { scoreAlerts } from './scoreAlerts.js';

export interface ComparisonSettings {
  readonly rulesFile: string;
  /** Ask the Prometheus of this configuration; undefined = the history is written for a private one. */
  readonly configFile: string | undefined;
}

/** The label that names the server in a history written from traces. */
const SERVER_LABEL = 'server';

export class RuleComparer {
  readonly #rules: RuleFile;
  readonly #configFile: string | undefined;
  readonly #folder: string;
  readonly #history: HistoryFiles | undefined;
  #files: ReadonlyMap<string, string> | undefined;

  private constructor(rules: RuleFile, configFile: string | undefined, folder: string) {
    this.#rules = rules;
    this.#configFile = configFile;
    this.#folder = folder;
    this.#history = configFile === undefined ? new HistoryFiles(folder, rules.alerts) : undefined;
  }

  /** Throws CommandError if the rules cannot be read, or if what evaluates them is not installed. */
  static async open({ rulesFile, configFile }: ComparisonSettings): Promise<RuleComparer> {
    const rules = await readRuleFile(rulesFile);
    if (configFile === undefined) {
      requirePrometheusTools();
      requireValidRules(rulesFile);
    } else await tryAlerts(rules, configFile);
    return new RuleComparer(rules, configFile, await mkdtemp(join(tmpdir(), 'linborg-rules-')));
  }

  /** Takes in the history of a server. */
  async add(trace: ServerTrace): Promise<void> {
    await this.#history?.add(trace);
  }

  /** @param subject  what alerts are judged by  @param scored  its figures, for our limits */
  async compare(
    dataset: string,
    subject: Subject,
    scored: IncidentSubject,
    { progress, signal }: { readonly progress: Progress; readonly signal: AbortSignal },
  ): Promise<RuleComparison> {
    const { path, alerts, recordingRules } = this.#rules;
    const { sources, close } = await this.#openSources(dataset, signal);
    const watched = subject.watches.filter(({ times }) => times.length > 0);
    const span = {
      from: Math.min(...watched.map(({ times }) => times[0]!)),
      to: Math.max(...watched.map(({ knownUntil }) => knownUntil)),
    };
    try {
      const rows: RuleScore[] = [];
      const all: Firing[] = [];
      for (const rule of watched.length === 0 ? [] : alerts) {
        signal.throwIfAborted();
        progress.update(`replaying alert ${rule.alert}`);
        const firings: Firing[] = [];
        for (const source of sources) firings.push(...(await evaluateAlert(rule, source, span)));
        all.push(...firings);
        rows.push(scoreAlerts({ alert: rule.alert, group: rule.group, title: rule.alert }, firings, watched));
      }
      const total = scoreAlerts({ alert: null, group: null, title: 'all of them' }, all, watched);
      return { file: path, against: subject.name, recordingRules, alerts: [...rows, total, ...ours(subject, scored)] };
    } finally {
      await close();
    }
  }

  /** Removes what was written. */
  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #openSources(
    dataset: string,
    signal: AbortSignal,
  ): Promise<{ readonly sources: readonly AlertSource[]; close(): Promise<void> }> {
    if (this.#configFile !== undefined) return openConfigured(this.#configFile);
    this.#files ??= await this.#history!.close();
    const file = this.#files.get(dataset);
    if (file === undefined) return { sources: [], close: async () => {} };
    const folder = join(this.#folder, `prometheus-${[...this.#files.keys()].indexOf(dataset)}`);
    await mkdir(folder);
    const prometheus = await startHistoryPrometheus(file, folder, signal);
    const client = await createClient(prometheusOptions.parse({ url: prometheus.url }), realSurroundings());
    const close = async () => {
      client.close();
      await prometheus.stop();
    };
    return { sources: [{ client, serverLabel: SERVER_LABEL }], close };
  }
}

/** Whether every expression can be evaluated, before the long replay; throws as `evaluateAlert` does. */
async function tryAlerts({ alerts }: RuleFile, configFile: string): Promise<void> {
  const { sources, close } = await openConfigured(configFile);
  const now = Date.now() / 1000;
  try {
    for (const rule of alerts) {
      for (const source of sources) await evaluateAlert(rule, source, { from: now - rule.intervalSeconds, to: now });
    }
  } finally {
    await close();
  }
}

async function openConfigured(configFile: string) {
  const config = await loadConfigFile(configFile);
  const clients = await Promise.all(
    config.sources.map(async ({ prometheus }) => ({
      client: await createClient(prometheus, realSurroundings()),
      serverLabel: prometheus.server_label,
    })),
  );
  return {
    sources: clients as readonly AlertSource[],
    close: async () => {
      for (const { client } of clients) client.close();
    },
  };
}

/** The alarms of each probability, at the limit of hindsight. */
function ours({ streams, watches }: Subject, { alarms }: IncidentSubject): RuleScore[] {
  return streams.flatMap(({ kind, title }, stream) => {
    const { limit } = alarms[stream]!.hindsight;
    if (kind !== 'served' || limit === null) return [];
    const firings = watches.flatMap((watch) =>
      raiseAlarms(watch, stream, limit, ALL_TIME).map((alarm): Firing => ({ server: watch.server, ...alarm })),
    );
    return [scoreAlerts({ alert: null, group: null, title: `linborg, ${title}` }, firings, watches)];
  });
}
