/** What the incident head is told of one threshold and what it answers: names and order, stored with every head. */
import { RISK_HORIZONS } from '../../core/flow.js';

/** Steps of the horizons that probabilities are given for. */
export const INCIDENT_STEPS: readonly number[] = RISK_HORIZONS.map(({ steps }) => steps);

/** Probabilities of one case. */
export const INCIDENT_SIZE = INCIDENT_STEPS.length;

/** Steps over a threshold that a head learns to call a breach: 15 minutes. */
export const SUSTAINED_STEPS = 3;

/** The past breaches of the week: all that the second branch of the head sees. */
export const BREACH_FEATURES = [
  // Share of the known steps.
  'share_week',
  'share_day',
  'share_4h',
  'share_1h',
  // Share of the days before with a breach that began, or went on, in the same part of the day.
  'recurrence_30m',
  'recurrence_1h',
  'recurrence_4h',
  'recurrence_8h',
  'yesterday_8h',
  'last_week_8h',
  // Logarithmic, 1 = a week or never.
  'hours_since_breach',
  // Logarithmic.
  'onsets_week',
  'onsets_day',
  // Share of the week with a value.
  'days_known',
] as const;

/** How far the values of late lie from the threshold and where they go, in units of what is usual for the series. */
export const VALUE_FEATURES = [
  'margin_now',
  'margin_1h',
  'margin_max_4h',
  'margin_max_day',
  'margin_p90_week',
  'slope_1h',
  'slope_4h',
  'roughness',
] as const;

/** How the forecast stands to the threshold. */
export const FORECAST_FEATURES = [
  // Log odds that the path has been over it.
  'forecast_breach_30m',
  'forecast_breach_1h',
  'forecast_breach_4h',
  'forecast_breach_8h',
  // From the nearest approach of the median and of the outer level.
  'margin_p50_1h',
  'margin_p50_4h',
  'margin_p50_8h',
  'margin_p90_1h',
  'margin_p90_4h',
  'margin_p90_8h',
  'width',
] as const;

/** What tells a ramp from a daily peak, whatever is usual for the series. */
export const RISE_FEATURES = [
  // How soon each level of the forecast is over it: 1 = now, 0 = never.
  'arrival_p10',
  'arrival_p50',
  'arrival_p90',
  // How straight the values have risen.
  'straightness_4h',
  'straightness_24h',
] as const;

/** Earlier versions had the first of them: new ones come last. */
export const INCIDENT_FEATURES = [
  ...BREACH_FEATURES,
  ...VALUE_FEATURES,
  ...FORECAST_FEATURES,
  ...RISE_FEATURES,
] as const;

/** The contract as it is written to and compared with a manifest. */
export function incidentContract() {
  return {
    features: [...INCIDENT_FEATURES] as string[],
    horizon_steps: [...INCIDENT_STEPS],
    sustained_steps: SUSTAINED_STEPS,
  };
}
