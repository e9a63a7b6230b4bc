/** The input contract: names, order and shapes of everything that the network sees. Stored in every model's manifest. */
import { HORIZON_STEPS } from '../../core/flow.js';
import { METRIC_NAMES } from '../../core/metrics.js';
import { PROFILES } from '../../core/profiles.js';

/** Past steps that the encoder sees: 24 h. */
export const PAST_STEPS = 288;
/** Steps of history that the seasonal inputs reach back to: 24 h and 7 days before that. */
export const HISTORY_STEPS = 2304;
/** Steps of one day. */
export const DAY_STEPS = 288;
/** Steps in one token. */
export const PATCH_STEPS = 3;
export const PAST_TOKENS = PAST_STEPS / PATCH_STEPS;
export const FUTURE_TOKENS = HORIZON_STEPS / PATCH_STEPS;

/** An input variable of the variable selection networks; `channels` values per step. */
interface Variable {
  readonly name: string;
  readonly channels: number;
}

/** Observed inputs, one token per 15 minutes of the last 24 h. */
export const PAST_VARIABLES = [
  { name: 'value', channels: 2 },
  { name: 'residual', channels: 1 },
  { name: 'weekly_profile', channels: 1 },
] as const satisfies readonly Variable[];

/** Known future inputs, made from history: one token per 15 minutes of the next 8 h. */
export const FUTURE_VARIABLES = [
  { name: 'yesterday', channels: 1 },
  { name: 'weekly_median', channels: 1 },
  { name: 'smoothed_median', channels: 1 },
  { name: 'last_week', channels: 1 },
  { name: 'median_with_level', channels: 1 },
  { name: 'trend', channels: 1 },
  { name: 'spread', channels: 1 },
  { name: 'recent_residual', channels: 1 },
  { name: 'position', channels: 2 },
] as const satisfies readonly Variable[];

/** Values of one variable in one token: two channels × three steps, zero-padded, and a constant 1 that carries the bias. */
export const TOKEN_WIDTH = 2 * PATCH_STEPS + 1;

/** Static figures of a window, all of order 1 (in units of the window's scale where they are amounts), clipped to ± 4. */
export const STATIC_FIGURES = [
  'scale_over_level',
  'days_of_profile',
  'roughness',
  'residual_to_weekly_median',
  'residual_to_yesterday',
  'change_over_1h',
  'change_over_8h',
  'recent_residual',
  'level',
  'distance_to_100',
  'is_percent',
  'seasonal_share_of_scale',
  'residual_to_4h_line',
  'residual_to_24h_line',
  // Distances from the centre: where the recent values lie, and how lopsided they are.
  'last_value',
  'mean_1h',
  'median_3h',
  'median_24h',
  'p10_24h',
  'p90_24h',
  'median_week',
  'p10_week',
  'p90_week',
] as const;

/** Candidate forecasts that the median is a mixture of. */
export const CANDIDATES = [
  'persistence',
  'mean_1h',
  'yesterday',
  'weekly_median',
  'median_with_level',
  'smoothed_median',
  'smoothed_with_slow_level',
  'last_week',
  'line_4h',
  'line_24h',
  'median_3h',
  'median_24h',
  'median_week',
] as const;
/** The candidate that everything is relative to. */
export const BASE_CANDIDATE = CANDIDATES.indexOf('median_with_level');

/** Clip of candidates and targets, in units of the window's scale around the base candidate: a steep leak fits in. */
export const SCALED_LIMIT = 60;

/** Row 0 of the metric embedding stands for any series that is not one of the 14. */
export const METRIC_CLASSES = METRIC_NAMES.length + 1;
/** Row 0 of the profile embedding stands for "not told". */
export const PROFILE_CLASSES = PROFILES.length + 1;

const metricIds = new Map<string, number>(METRIC_NAMES.map((name, i) => [name, i + 1]));
const profileIds = new Map<string, number>(PROFILES.map((name, i) => [name, i + 1]));

/** Row of the metric embedding; 0 for any name that is not one of the 14. */
export function metricId(metric: string): number {
  return metricIds.get(metric) ?? 0;
}

/** Row of the profile embedding. */
export function profileId(profile: string): number {
  return profileIds.get(profile) ?? 0;
}

/** The contract as it is written to and compared with a manifest. */
export function inputContract() {
  return {
    step_seconds: 300,
    past_steps: PAST_STEPS,
    history_steps: HISTORY_STEPS,
    horizon_steps: HORIZON_STEPS,
    patch_steps: PATCH_STEPS,
    past_variables: PAST_VARIABLES.map((variable) => ({ ...variable })),
    future_variables: FUTURE_VARIABLES.map((variable) => ({ ...variable })),
    static_figures: [...STATIC_FIGURES],
    candidates: [...CANDIDATES],
    scaled_limit: SCALED_LIMIT,
    metrics: [...METRIC_NAMES],
    profiles: [...PROFILES],
    values: 'LINBORG units; scaled inside by a robust scale of the window, arcsinh, clipped to ±6',
  };
}
