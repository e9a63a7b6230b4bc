/** Keys of `linborg.yml` that rule the windows, their defaults, and what they become. */
import { z } from 'zod';
import { durationSeconds, regularExpression } from '../core/options.js';
import { PROFILES, type ProfileRule } from '../core/profiles.js';
import { LABEL_NAME } from '../core/serverLabels.js';
import { RECENT_BUCKETS } from './ring.js';

export { type MaintenanceWindow, maintenanceFields } from './maintenanceOptions.js';

export interface WindowOptions {
  /** Width of a bucket. */
  readonly stepSeconds: number;
  /** Kept per metric; a whole number of steps. */
  readonly historySeconds: number;
  /** Silence after which a server is `stale` and its risk is withdrawn. */
  readonly staleAfterSeconds: number;
  /** Silence after which a server's window is thrown away. */
  readonly forgetAfterSeconds: number;
  /** Present history before the first forecast. */
  readonly minHistorySeconds: number;
  /** Servers, and other subjects, with a window at most; further ones are turned away. */
  readonly maxServers: number;
  /** How far a sample may lie ahead of the collection time (clock skew) before it is rejected. */
  readonly maxAheadSeconds: number;
  /** Tried before the built-in list; first match wins. */
  readonly profiles: readonly ProfileRule[];
  /** Whether servers that nothing tells the profile of get the one that their behaviour is near to. */
  readonly profilesFromBehaviour: boolean;
}

/** The fields as they stand in the file, for a schema that holds other rooms' keys too. */
export const windowFields = {
  // The model's patches, seasonal inputs and horizon are laid out for five minutes.
  step: durationSeconds.prefault('5m'),
  // 24 h for the encoder and seven days for the seasonal profile.
  history: durationSeconds.prefault('8d'),
  // Three missed buckets: longer than a restart of the exporter, shorter than an outage that one must know of.
  stale_after: durationSeconds.prefault('15m'),
  // After this, nothing of the old window is left anyway.
  forget_after: durationSeconds.prefault('8d'),
  // Half of the four hours that the gap rule looks at: less would fail that rule too.
  min_history: durationSeconds.prefault('2h'),
  max_ahead: durationSeconds.prefault('5m'),
  // A label whose values are without end, such as a pod's, would fill the memory: 4 GB of windows are more than most machines give.
  max_servers: z.int().min(1).default(20_000),
  profiles: z
    .array(
      z.strictObject({
        match: regularExpression,
        /** Instead of the name: a label that a source asks for. */
        label: z.string().regex(LABEL_NAME, { error: 'expected the name of a label such as role' }).optional(),
        profile: z.enum(PROFILES),
      }),
    )
    .prefault([]),
  // Limits change with the profile, so nobody gets one by resemblance unless that is wanted.
  profiles_from_behaviour: z.boolean().default(false),
};

type WindowFields = { readonly [key in keyof typeof windowFields]: z.output<(typeof windowFields)[key]> };

/** Checks what no single field can tell; a fault is an issue at the field that should change. */
export function checkWindowFields(fields: WindowFields, context: z.RefinementCtx): void {
  const fault = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message });
  const steps = fields.history / fields.step;
  if (!Number.isInteger(steps))
    fault('history', `is ${fields.history} s; expected a multiple of step (${fields.step} s)`);
  if (steps > MAX_STEPS) fault('history', `makes ${Math.round(steps)} buckets; expected at most ${MAX_STEPS}`);
  if (fields.history < DAY_SECONDS)
    fault('history', `is ${fields.history} s; expected at least 1d, which the encoder reads`);
  if (steps < RECENT_BUCKETS) fault('history', `makes ${steps} buckets; expected at least ${RECENT_BUCKETS}`);
  if (fields.min_history > fields.history) fault('min_history', 'is longer than history; no server could ever be warm');
  if (fields.forget_after < fields.stale_after)
    fault('forget_after', 'is shorter than stale_after; a server would vanish before it is stale');
}

/** Counters of present buckets are 16 bits wide. */
const MAX_STEPS = 65_535;
const DAY_SECONDS = 86_400;

/** Decoded fields → options. */
export function windowOptionsOf(fields: WindowFields): WindowOptions {
  return {
    stepSeconds: fields.step,
    historySeconds: fields.history,
    staleAfterSeconds: fields.stale_after,
    forgetAfterSeconds: fields.forget_after,
    minHistorySeconds: fields.min_history,
    maxServers: fields.max_servers,
    maxAheadSeconds: fields.max_ahead,
    profiles: fields.profiles,
    profilesFromBehaviour: fields.profiles_from_behaviour,
  };
}
