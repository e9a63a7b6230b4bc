/** Who scores: a stream is one number per moment that is higher the likelier a breach is held to be. */
import { RISK_HORIZONS, type RiskHorizon } from '../../../core/flow.js';

export type StreamKind =
  | 'served'
  | 'raw'
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
  // What the model's head says, before the ledger corrects it.
  { kind: 'raw', title: 'probability before recalibration' },
] as const;

const byHorizon = (index: 0 | 1 | 2): Stream[] =>
  RISK_HORIZONS.map(({ name }) => {
    const { kind, title } = WITH_HORIZON[index];
    return { id: `${kind}_${name}`, kind, horizon: name, title: `${title} ${name}` };
  });

/** What a threshold and a whole server both have, by horizon what was served first. */
const SHARED_STREAMS: readonly Stream[] = [
  ...byHorizon(0),
  { id: 'current_value', kind: 'current_value', horizon: undefined, title: 'current value' },
  { id: 'predict_linear_4h', kind: 'predict_linear', horizon: undefined, title: 'predict_linear, 4 h' },
  ...byHorizon(1),
  { id: 'breached_share_7d', kind: 'breached_share', horizon: undefined, title: 'share of 7 days breached' },
];

/** Of every threshold, in the order of all tables. */
export const STREAMS: readonly Stream[] = [...SHARED_STREAMS, ...byHorizon(2)];

/** Where the raw probabilities begin among STREAMS. */
export const FIRST_RAW_STREAM = SHARED_STREAMS.length;

/** Of whole servers. */
export const SERVER_STREAMS: readonly Stream[] = [
  ...SHARED_STREAMS,
  { id: 'risk_score', kind: 'risk_score', horizon: undefined, title: 'risk score' },
];

/** Whether a stream is an answer to "within `horizon`?". */
export function speaksOf(stream: Stream, horizon: RiskHorizon): boolean {
  return stream.horizon === undefined || stream.horizon === horizon;
}
