/** Who scores: a stream is one number per moment that is higher the likelier a breach is held to be. */
import { RISK_HORIZONS, type RiskHorizon } from '../../../core/flow.js';

export type StreamKind =
  | 'served'
  | 'risk_score'
  | 'current_value'
  | 'predict_linear'
  | 'seasonal_share'
  | 'breached_share';

export interface Stream {
  /** E.g. `served_4h`. */
  readonly id: string;
  readonly kind: StreamKind;
  /** The horizon that it speaks of; undefined = it says the same for all. */
  readonly horizon: RiskHorizon | undefined;
  /** For people. */
  readonly title: string;
}

const WITH_HORIZON = [
  { kind: 'served', title: 'probability' },
  { kind: 'seasonal_share', title: 'seasonal profile' },
] as const;

const byHorizon = (index: 0 | 1): Stream[] =>
  RISK_HORIZONS.map(({ name }) => {
    const { kind, title } = WITH_HORIZON[index];
    return { id: `${kind}_${name}`, kind, horizon: name, title: `${title} ${name}` };
  });

/** Of every threshold, in the order of all tables. */
export const STREAMS: readonly Stream[] = [
  ...byHorizon(0),
  { id: 'current_value', kind: 'current_value', horizon: undefined, title: 'current value' },
  { id: 'predict_linear_4h', kind: 'predict_linear', horizon: undefined, title: 'predict_linear, 4 h' },
  ...byHorizon(1),
  { id: 'breached_share_7d', kind: 'breached_share', horizon: undefined, title: 'share of 7 days breached' },
];

/** Of whole servers. */
export const SERVER_STREAMS: readonly Stream[] = [
  ...STREAMS,
  { id: 'risk_score', kind: 'risk_score', horizon: undefined, title: 'risk score' },
];

/** Whether a stream is an answer to "within `horizon`?". */
export function speaksOf(stream: Stream, horizon: RiskHorizon): boolean {
  return stream.horizon === undefined || stream.horizon === horizon;
}
