/** Which server is, or was, in planned maintenance: from the windows of the configuration, and from what was observed. */
import type { Frame } from '../core/flow.js';
import type { Profile } from '../core/profiles.js';
import { isInSpan, mergeSpans, type TimeSpan } from '../core/timeSpan.js';
import type { MaintenanceWindow } from './maintenanceOptions.js';
import type { ServerSelector } from './serverSelector.js';
import { spansOfIntervals } from './timeInterval.js';

/** Maintenance as it is remembered: who, when, and by which window. */
export interface PastMaintenance extends TimeSpan {
  readonly window: string;
  /** Either all that are selected, or one server. */
  readonly servers: ServerSelector | string;
}

/** A window whose time does not depend on anything that is observed. */
interface Plan {
  readonly window: string;
  readonly servers: ServerSelector;
  spans: readonly TimeSpan[];
}

export interface MaintenanceSettings {
  readonly windows: readonly MaintenanceWindow[];
  /** Names for what is told of by `observe` without a window of the configuration, and is counted like one. */
  readonly observed?: readonly string[];
  /** How far back anybody asks. */
  readonly depthSeconds: number;
  readonly past: readonly PastMaintenance[];
}

/** Schedules are worked out so far ahead, so that not every cycle has to. */
const AHEAD_SECONDS = 3600;
/** One maintenance is not two because an answer was late. */
const GAP_SECONDS = 300;
/** Observed spans that are kept; beyond, the oldest go. About 100 bytes each. */
const MAX_OBSERVED = 20_000;

const NEVER: readonly TimeSpan[] = [];

/** Time only goes on: `advance` comes before every question about a later moment. */
export class MaintenanceBook {
  readonly #windows: readonly MaintenanceWindow[];
  readonly #observedNames: readonly string[];
  readonly #depthSeconds: number;
  readonly #plans: Plan[];
  /** What windows of this configuration cannot tell by themselves: by server, then by window. */
  readonly #observed = new Map<string, Map<string, readonly TimeSpan[]>>();
  /** Per server; valid until anything changes. */
  readonly #spans = new Map<string, readonly TimeSpan[]>();
  #plannedUntil = Number.NEGATIVE_INFINITY;

  constructor({ windows, observed = [], depthSeconds, past }: MaintenanceSettings) {
    this.#windows = windows;
    this.#observedNames = observed;
    this.#depthSeconds = depthSeconds;
    this.#plans = windows.flatMap(({ name, servers, when }) => {
      if (when.kind === 'expression') return [];
      return [{ window: name, servers, spans: when.kind === 'once' ? [when.span] : [] }];
    });
    for (const { window, servers, from, to } of past) {
      if (typeof servers === 'string') this.observe(window, servers, [{ from, to }]);
      else this.#remember({ window, servers, spans: [{ from, to }] });
    }
  }

  /** Takes in that a server was, or is, in maintenance, whoever knows that. */
  observe(window: string, server: string, spans: readonly TimeSpan[]): void {
    const byWindow = this.#observed.get(server) ?? new Map<string, readonly TimeSpan[]>();
    this.#observed.set(server, byWindow);
    byWindow.set(window, mergeSpans([...(byWindow.get(window) ?? []), ...spans], GAP_SECONDS));
    this.#spans.delete(server);
  }

  /** Works out the schedules up to epoch second `at` and a little beyond, and drops what is too long ago. */
  advance(at: number): void {
    if (at < this.#plannedUntil) return;
    const from = Math.max(this.#plannedUntil, at - this.#depthSeconds);
    const to = at + AHEAD_SECONDS;
    for (const { name, when } of this.#windows) {
      const plan = this.#plans.find(({ window }) => window === name);
      if (plan === undefined || when.kind !== 'recurring') continue;
      plan.spans = mergeSpans([...plan.spans, ...spansOfIntervals(when.intervals, { from, to })]);
    }
    this.#plannedUntil = to;
    this.#dropBefore(at - this.#depthSeconds);
    this.#spans.clear();
  }

  /** When a server was in maintenance, ascending and apart; what is planned may reach a little into the future. */
  spansOf(server: string, profile: Profile): readonly TimeSpan[] {
    if (this.#plans.length === 0 && this.#observed.size === 0) return NEVER;
    let spans = this.#spans.get(server);
    if (spans === undefined) {
      const planned = this.#plans.filter(({ servers }) => servers.matches(server, profile));
      const observed = [...(this.#observed.get(server)?.values() ?? [])];
      spans = mergeSpans([...planned.flatMap((plan) => plan.spans), ...observed.flat()]);
      this.#spans.set(server, spans);
    }
    return spans;
  }

  /** The same frames, with their maintenance. */
  mark(frames: readonly Frame[]): Frame[] {
    return frames.map((frame) => {
      const maintenance = this.spansOf(frame.server, frame.profile);
      return maintenance.length === 0 ? frame : { ...frame, maintenance };
    });
  }

  /** How many of the servers each window of the configuration, and each observed name, covers at epoch second `at`. */
  covered(frames: readonly Pick<Frame, 'server' | 'profile'>[], at: number): Map<string, number> {
    const observedBy = (name: string) =>
      frames.filter(({ server }) => isInSpan(this.#observed.get(server)?.get(name) ?? NEVER, at)).length;
    const counts = this.#windows.map(({ name, servers, when }): [string, number] => {
      if (when.kind === 'expression') return [name, observedBy(name)];
      if (!isInSpan(this.#plans.find(({ window }) => window === name)?.spans ?? NEVER, at)) return [name, 0];
      return [name, frames.filter(({ server, profile }) => servers.matches(server, profile)).length];
    });
    return new Map([...counts, ...this.#observedNames.map((name): [string, number] => [name, observedBy(name)])]);
  }

  /** All of it up to epoch second `at`, by window and server, ascending. */
  past(at: number): PastMaintenance[] {
    const entries = [
      ...this.#plans.map(({ window, servers, spans }) => ({ window, servers, spans })),
      ...[...this.#observed].flatMap(([servers, byWindow]) =>
        [...byWindow].map(([window, spans]) => ({ window, servers, spans })),
      ),
    ];
    return entries.flatMap(({ spans, ...who }) =>
      spans.filter(({ from }) => from < at).map(({ from, to }) => ({ ...who, from, to: Math.min(to, at) })),
    );
  }

  /** A window that has been changed or taken out of the configuration was in force all the same. */
  #remember({ window, servers, spans }: Plan): void {
    const known = this.#plans.find((plan) => plan.window === window && plan.servers.written === servers.written);
    if (known) known.spans = mergeSpans([...known.spans, ...spans]);
    else this.#plans.push({ window, servers, spans });
  }

  #dropBefore(oldest: number): void {
    const all = [...this.#observed.values()].flatMap((byWindow) => [...byWindow.values()].flat());
    const ends = all.map(({ to }) => to).sort((a, b) => b - a);
    const isKept = ({ to }: TimeSpan) => to > Math.max(oldest, ends[MAX_OBSERVED] ?? Number.NEGATIVE_INFINITY);
    for (const [server, byWindow] of this.#observed) {
      for (const [window, spans] of byWindow) {
        const kept = spans.filter(isKept);
        if (kept.length === 0) byWindow.delete(window);
        else byWindow.set(window, kept);
      }
      if (byWindow.size === 0) this.#observed.delete(server);
    }
    for (const plan of this.#plans) plan.spans = plan.spans.filter(({ to }) => to > oldest);
  }
}
