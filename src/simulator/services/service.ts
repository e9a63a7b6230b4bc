/** The services of a simulated pipeline: how much each does at any moment, and how much it has done since it was deployed. */
import { DAY_SECONDS } from '../step.js';

export interface SimulatedService {
  /** Also the prefix of its metrics, its job and its queue. */
  readonly name: string;
  /** Mean messages per second. */
  readonly messagesPerSecond: number;
  /** Share of the messages that fail. */
  readonly errorRatio: number;
  /** Mean seconds for a message. */
  readonly meanSeconds: number;
  readonly workers: number;
  /** Mean messages that wait. */
  readonly queueLength: number;
  readonly memoryBytes: number;
  /** Shifts its rhythm, so that services do not move as one. */
  readonly phase: number;
}

const MEBIBYTE = 2 ** 20;

/** An order goes through all of them. The reports are slow and fall behind now and then. */
export const SERVICES: readonly SimulatedService[] = [
  service('gateway', 42, 0.004, 0.04, { workers: 4, queueLength: 6, memoryBytes: 210 * MEBIBYTE, phase: 0 }),
  service('orders', 18, 0.008, 0.12, { workers: 6, queueLength: 24, memoryBytes: 340 * MEBIBYTE, phase: 0.6 }),
  service('billing', 9, 0.012, 0.25, { workers: 4, queueLength: 15, memoryBytes: 280 * MEBIBYTE, phase: 1.1 }),
  service('reports', 1.6, 0.02, 1.6, { workers: 4, queueLength: 60, memoryBytes: 620 * MEBIBYTE, phase: 2.3 }),
];

type Rest = Pick<SimulatedService, 'workers' | 'queueLength' | 'memoryBytes' | 'phase'>;

function service(...[name, messagesPerSecond, errorRatio, meanSeconds, rest]: [string, number, number, number, Rest]) {
  return { name, messagesPerSecond, errorRatio, meanSeconds, ...rest };
}

/** The daily tide and shorter waves of activity: share of the mean, and seconds from crest to crest. */
const WAVES = [
  { share: 0.3, periodSeconds: DAY_SECONDS },
  { share: 0.12, periodSeconds: 5400 },
  { share: 0.08, periodSeconds: 1300 },
] as const;
/** 2024-01-01: counters go on from here whatever moment is asked for. */
const DEPLOYED_AT = 1_704_067_200;

/** Activity at a moment (epoch seconds); 1 on average, above 0. */
export function activityAt({ phase }: SimulatedService, at: number): number {
  return WAVES.reduce((sum, { share, periodSeconds }) => sum + share * Math.sin(angle(at, periodSeconds) + phase), 1);
}

/** Messages taken since the deployment, failed ones included: the integral of activity, so that it never falls. */
export function messagesUntil({ phase, messagesPerSecond }: SimulatedService, at: number): number {
  const waves = WAVES.reduce((sum, { share, periodSeconds }) => {
    const height = (moment: number) => -Math.cos(angle(moment, periodSeconds) + phase);
    return sum + (share * periodSeconds * (height(at) - height(DEPLOYED_AT))) / (2 * Math.PI);
  }, 0);
  return messagesPerSecond * (at - DEPLOYED_AT + waves);
}

/** Messages that wait: more where there is more to do, and much more for the slow ones. */
export function queueLengthAt(service: SimulatedService, at: number): number {
  return Math.round(service.queueLength * activityAt(service, at - 120) ** 3);
}

/** Workers that have something to do. */
export function activeWorkersAt(service: SimulatedService, at: number): number {
  const busy = service.messagesPerSecond * activityAt(service, at) * service.meanSeconds;
  return Math.min(service.workers, Math.max(1, Math.round(busy)));
}

function angle(at: number, periodSeconds: number): number {
  return (2 * Math.PI * (at % periodSeconds)) / periodSeconds;
}
