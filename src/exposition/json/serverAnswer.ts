/** The body of /predictions/{server}. */
import { isServer } from '../../core/frame.js';
import type { ServerView } from '../cycleView.js';
import { isScored } from './scored.js';
import { type Asked, serverPrediction, stepTimes, subjectPrediction } from './serverPrediction.js';
import { isoTime } from './timestamp.js';
import { insufficientHistory } from './warmup.js';

/** The risk and the forecasts of a server or subject, or why it has none. */
export function serverAnswer({ at, cycleAt }: Asked, server: ServerView, warmupBuckets: number) {
  const { frame } = server;
  if (!isServer(frame) && server.forecasts.length > 0)
    return { ...subjectPrediction(at, server), timestamp: isoTime(cycleAt) };
  if (isScored(server)) {
    const timestamps = stepTimes(at, frame.stepSeconds).map(isoTime);
    return { ...serverPrediction(at, server), timestamps, timestamp: isoTime(cycleAt) };
  }
  const lastSampleAt = Number.isFinite(frame.quality.lastSampleAt) ? isoTime(frame.quality.lastSampleAt) : null;
  const silent = {
    error: 'insufficient_data',
    message: `${frame.server} has no forecast while its state is ${frame.state}; its last sample is of ${lastSampleAt ?? 'no known time'}`,
    predictions: {},
  };
  const why = frame.state === 'warming' ? insufficientHistory([server], warmupBuckets) : silent;
  return {
    ...why,
    server_name: frame.server,
    state: frame.state,
    last_sample: lastSampleAt,
    timestamp: isoTime(cycleAt),
  };
}
