/** What cAdvisor shows of each control group: names, help and labels as in metrics/prometheus.go of google/cadvisor. */
import type { CounterReading } from '../node/counters.js';
import type { GaugeReading } from '../node/gauges.js';
import type { Personality } from '../server/personality.js';
import type { Family } from '../view.js';
import type { SimulatedContainer } from './container.js';
import type { ContainerCounters } from './containerCounters.js';
import type { ContainerMemory } from './containerMemory.js';

/** A machine and its containers at one moment. */
export interface Reading {
  readonly at: number;
  readonly counters: CounterReading;
  readonly gauges: GaugeReading;
  /** In the order of the server's containers; undefined while one does not run. */
  readonly containers: readonly (Running | undefined)[];
}

export interface Running {
  readonly counters: ContainerCounters;
  readonly memory: ContainerMemory;
}

/** What is shown of each control group: a container's, and the root, which is the whole machine. */
export interface Shown {
  readonly family: Family;
  readonly labels?: Readonly<Record<string, string>>;
  /** undefined: not of this container. */
  readonly ofContainer: (container: SimulatedContainer) => ((running: Running, reading: Reading) => number) | undefined;
  readonly ofRoot?: (reading: Reading) => number;
}

const CFS_PERIOD_MICROSECONDS = 100_000;
const DISK = { device: '/dev/sda1' } as const;
const NETWORK = { interface: 'eth0' } as const;
/** Every CPU together, as cAdvisor counts unless it is asked for each. */
const ALL_CPUS = { cpu: 'total' } as const;
/** Part of the working set that is the programs' own, and page cache that is not part of it. */
const RSS_SHARE = 0.86;
const CACHE_SHARE = 0.22;

/** All of it, those of a family together. */
export function shownOf(personality: Personality): Shown[] {
  return [...processor(), ...processorLimit(), ...memory(personality), ...disk(personality), ...network(), ...life()];
}

function processor(): Shown[] {
  const ofRoot = (mode: 'user' | 'system') => (reading: Reading) => sum(reading.counters.cpus.map((cpu) => cpu[mode]));
  return [
    {
      family: counter('container_cpu_usage_seconds_total', 'Cumulative cpu time consumed in seconds.'),
      labels: ALL_CPUS,
      ofContainer:
        () =>
        ({ counters }) =>
          counters.userSeconds + counters.systemSeconds,
      ofRoot: (reading) => ofRoot('user')(reading) + ofRoot('system')(reading),
    },
    {
      family: counter('container_cpu_user_seconds_total', 'Cumulative user cpu time consumed in seconds.'),
      ofContainer:
        () =>
        ({ counters }) =>
          counters.userSeconds,
      ofRoot: ofRoot('user'),
    },
    {
      family: counter('container_cpu_system_seconds_total', 'Cumulative system cpu time consumed in seconds.'),
      ofContainer:
        () =>
        ({ counters }) =>
          counters.systemSeconds,
      ofRoot: ofRoot('system'),
    },
  ];
}

/** How often a container ran into the limit of its CPU time, and what that is; of those that have one. */
function processorLimit(): Shown[] {
  const limited = (read: (counters: ContainerCounters) => number) => (container: SimulatedContainer) =>
    container.cpuLimitCores === undefined ? undefined : ({ counters }: Running) => read(counters);
  return [
    {
      family: counter('container_cpu_cfs_periods_total', 'Number of elapsed enforcement period intervals.'),
      ofContainer: limited(({ periods }) => periods),
    },
    {
      family: counter('container_cpu_cfs_throttled_periods_total', 'Number of throttled period intervals.'),
      ofContainer: limited(({ throttledPeriods }) => throttledPeriods),
    },
    {
      family: counter(
        'container_cpu_cfs_throttled_seconds_total',
        'Total time duration the container has been throttled.',
      ),
      ofContainer: limited(({ throttledSeconds }) => throttledSeconds),
    },
    {
      family: gauge('container_spec_cpu_period', 'CPU period of the container.'),
      ofContainer: () => () => CFS_PERIOD_MICROSECONDS,
    },
    {
      family: gauge('container_spec_cpu_quota', 'CPU quota of the container.'),
      ofContainer: ({ cpuLimitCores }) =>
        cpuLimitCores === undefined ? undefined : () => cpuLimitCores * CFS_PERIOD_MICROSECONDS,
    },
  ];
}

function memory(personality: Personality): Shown[] {
  return [
    {
      family: gauge('container_memory_working_set_bytes', 'Current working set in bytes.'),
      ofContainer: () => (running) => running.memory.workingSetBytes,
      ofRoot: ({ gauges }) => usedMemory(personality, gauges),
    },
    {
      family: gauge('container_memory_rss', 'Size of RSS in bytes.'),
      ofContainer: () => (running) => Math.round(RSS_SHARE * running.memory.workingSetBytes),
    },
    {
      family: gauge('container_memory_cache', 'Number of bytes of page cache memory.'),
      ofContainer: () => (running) => Math.round(CACHE_SHARE * running.memory.workingSetBytes),
    },
    {
      family: gauge('container_spec_memory_limit_bytes', 'Memory limit for the container.'),
      // Docker's word for "no limit".
      ofContainer:
        ({ memoryLimitBytes = 0 }) =>
        () =>
          memoryLimitBytes,
    },
    {
      family: counter('container_oom_events_total', 'Count of out of memory events observed for the container'),
      ofContainer: () => (running) => running.memory.oomEvents,
      ofRoot: () => 0,
    },
  ];
}

function disk(personality: Personality): Shown[] {
  return [
    {
      family: gauge(
        'container_fs_limit_bytes',
        'Number of bytes that can be consumed by the container on this filesystem.',
      ),
      labels: DISK,
      ofContainer: () => () => personality.diskBytes,
      ofRoot: () => personality.diskBytes,
    },
    {
      family: gauge(
        'container_fs_usage_bytes',
        'Number of bytes that are consumed by the container on this filesystem.',
      ),
      labels: DISK,
      ofContainer:
        ({ role }) =>
        (_, { gauges }) =>
          Math.round(role.disk * usedDisk(personality, gauges)),
      ofRoot: ({ gauges }) => usedDisk(personality, gauges),
    },
  ];
}

function network(): Shown[] {
  return [
    {
      family: counter('container_network_receive_bytes_total', 'Cumulative count of bytes received'),
      labels: NETWORK,
      ofContainer:
        () =>
        ({ counters }) =>
          counters.receivedBytes,
      ofRoot: ({ counters }) => counters.receivedBytes,
    },
    {
      family: counter('container_network_transmit_bytes_total', 'Cumulative count of bytes transmitted'),
      labels: NETWORK,
      ofContainer:
        () =>
        ({ counters }) =>
          counters.sentBytes,
      ofRoot: ({ counters }) => counters.sentBytes,
    },
  ];
}

function life(): Shown[] {
  return [
    {
      family: gauge('container_last_seen', 'Last time a container was seen by the exporter'),
      ofContainer:
        () =>
        (_, { at }) =>
          Math.floor(at),
      ofRoot: ({ at }) => Math.floor(at),
    },
    {
      family: gauge('container_start_time_seconds', 'Start time of the container since unix epoch in seconds.'),
      ofContainer:
        () =>
        ({ counters }) =>
          counters.startedAt,
      ofRoot: ({ counters }) => counters.bootAt,
    },
  ];
}

/** Bytes of the machine's memory. */
export function usedMemory({ memoryBytes }: Personality, { memUsedPct }: GaugeReading): number {
  return Math.round((memoryBytes * memUsedPct) / 100);
}

function usedDisk({ diskBytes }: Personality, { diskUsagePct }: GaugeReading): number {
  return Math.round((diskBytes * diskUsagePct) / 100);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function counter(name: string, help: string): Family {
  return { name, type: 'counter', help };
}

export function gauge(name: string, help: string): Family {
  return { name, type: 'gauge', help };
}
