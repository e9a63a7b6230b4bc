/** What the servers of each profile have in common: ranges that a server's own figures are drawn from. */
import type { Profile } from '../../core/profiles.js';
import type { Range } from '../draw.js';

/** Ranges in the metrics' units: percent, MB/s, connections; times of day in hours UTC. */
export interface ProfileRanges {
  readonly userBase: Range;
  /** What the busiest hour adds to `userBase`. */
  readonly userSwing: Range;
  /** Kernel time per user time. */
  readonly systemRatio: Range;
  readonly iowaitBase: Range;
  readonly iowaitSwing: Range;
  /** Share of the user time that Java processes use; undefined: no Java here. */
  readonly javaShare: Range | undefined;
  readonly memoryBase: Range;
  /** What caches and heaps add in the days after a boot. */
  readonly memoryGrowth: Range;
  readonly swapBase: Range;
  readonly diskBase: Range;
  readonly netInPeak: Range;
  readonly netOutPeak: Range;
  readonly backCloseWait: Range;
  readonly frontCloseWait: Range;
  readonly peakHour: Range;
  /** How narrow the daily peak is: 0.3 broad, 4 narrow (the concentration of a von Mises curve). */
  readonly peakSharpness: Range;
  /** Weekend activity relative to weekdays. */
  readonly weekendFactor: Range;
  /** Probability that a server has a batch job at fixed times. */
  readonly batchShare: number;
  /** CPU points that such a job takes. */
  readonly batchCpu: Range;
  readonly batchIowait: Range;
}

export const PROFILE_RANGES: Readonly<Record<Profile, ProfileRanges>> = {
  database: {
    userBase: [6, 16],
    userSwing: [8, 28],
    systemRatio: [0.18, 0.35],
    iowaitBase: [0.8, 3.5],
    iowaitSwing: [1.5, 7],
    javaShare: [0.05, 0.5],
    memoryBase: [52, 70],
    memoryGrowth: [2, 7],
    swapBase: [0, 8],
    diskBase: [40, 68],
    netInPeak: [3, 25],
    netOutPeak: [5, 60],
    backCloseWait: [0, 3],
    frontCloseWait: [1, 8],
    peakHour: [10, 16],
    peakSharpness: [0.5, 1.6],
    weekendFactor: [0.5, 0.95],
    batchShare: 0.6,
    batchCpu: [8, 25],
    batchIowait: [5, 18],
  },
  web_api: {
    userBase: [4, 12],
    userSwing: [14, 42],
    systemRatio: [0.2, 0.4],
    iowaitBase: [0.05, 0.5],
    iowaitSwing: [0.1, 0.8],
    javaShare: [0.5, 0.9],
    memoryBase: [38, 60],
    memoryGrowth: [4, 13],
    swapBase: [0, 5],
    diskBase: [25, 60],
    netInPeak: [2, 20],
    netOutPeak: [8, 80],
    backCloseWait: [2, 15],
    frontCloseWait: [3, 25],
    peakHour: [11, 20],
    peakSharpness: [0.8, 2.5],
    weekendFactor: [0.35, 1.15],
    batchShare: 0.1,
    batchCpu: [6, 18],
    batchIowait: [0.5, 4],
  },
  ml_compute: {
    userBase: [5, 20],
    userSwing: [10, 40],
    systemRatio: [0.05, 0.15],
    iowaitBase: [0.2, 1.5],
    iowaitSwing: [0.2, 3],
    javaShare: [0.03, 0.2],
    memoryBase: [42, 66],
    memoryGrowth: [2, 8],
    swapBase: [0, 4],
    diskBase: [35, 66],
    netInPeak: [1, 40],
    netOutPeak: [1, 15],
    backCloseWait: [0, 2],
    frontCloseWait: [0, 3],
    peakHour: [9, 22],
    peakSharpness: [0.3, 1.2],
    weekendFactor: [0.5, 1.1],
    batchShare: 0.55,
    batchCpu: [20, 50],
    batchIowait: [1, 6],
  },
  conductor_mgmt: {
    userBase: [2, 6],
    userSwing: [3, 12],
    systemRatio: [0.3, 0.6],
    iowaitBase: [0.1, 0.6],
    iowaitSwing: [0.1, 1],
    javaShare: undefined,
    memoryBase: [28, 50],
    memoryGrowth: [1, 6],
    swapBase: [0, 4],
    diskBase: [25, 62],
    netInPeak: [0.5, 6],
    netOutPeak: [0.5, 8],
    backCloseWait: [0, 4],
    frontCloseWait: [0, 4],
    peakHour: [9, 16],
    peakSharpness: [0.4, 1.5],
    weekendFactor: [0.4, 1],
    batchShare: 0.25,
    batchCpu: [5, 15],
    batchIowait: [1, 5],
  },
  data_ingest: {
    userBase: [5, 15],
    userSwing: [8, 30],
    systemRatio: [0.15, 0.35],
    iowaitBase: [0.8, 3],
    iowaitSwing: [1.5, 8],
    javaShare: [0.5, 0.9],
    memoryBase: [45, 66],
    memoryGrowth: [3, 9],
    swapBase: [0, 8],
    diskBase: [42, 68],
    netInPeak: [10, 80],
    netOutPeak: [5, 50],
    backCloseWait: [0, 8],
    frontCloseWait: [0, 6],
    peakHour: [0, 24],
    peakSharpness: [0.3, 1.4],
    weekendFactor: [0.5, 1.05],
    batchShare: 0.95,
    batchCpu: [15, 42],
    batchIowait: [4, 14],
  },
  risk_analytics: {
    userBase: [4, 12],
    userSwing: [20, 48],
    systemRatio: [0.08, 0.2],
    iowaitBase: [0.2, 1.2],
    iowaitSwing: [0.3, 3],
    javaShare: [0.6, 0.9],
    memoryBase: [48, 70],
    memoryGrowth: [2, 7],
    swapBase: [0, 5],
    diskBase: [30, 62],
    netInPeak: [2, 25],
    netOutPeak: [1, 15],
    backCloseWait: [0, 6],
    frontCloseWait: [0, 5],
    peakHour: [9, 17],
    peakSharpness: [2, 4],
    weekendFactor: [0.05, 0.2],
    batchShare: 0.9,
    batchCpu: [15, 45],
    batchIowait: [1, 6],
  },
  generic: {
    userBase: [2, 10],
    userSwing: [4, 20],
    systemRatio: [0.15, 0.4],
    iowaitBase: [0.1, 1],
    iowaitSwing: [0.1, 2],
    javaShare: undefined,
    memoryBase: [28, 60],
    memoryGrowth: [2, 8],
    swapBase: [0, 6],
    diskBase: [20, 66],
    netInPeak: [0.5, 10],
    netOutPeak: [0.5, 12],
    backCloseWait: [0, 4],
    frontCloseWait: [0, 6],
    peakHour: [8, 20],
    peakSharpness: [0.4, 2],
    weekendFactor: [0.3, 1.05],
    batchShare: 0.3,
    batchCpu: [6, 25],
    batchIowait: [1, 8],
  },
};
