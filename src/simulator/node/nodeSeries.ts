/** A server's series as node_exporter, its textfile collector and process-exporter would show them. */

import type { Fleet } from '../fleet.js';
import { uniformAt } from '../noise.js';
import { CPU_COUNT } from '../server/personality.js';
import type { SimulatedServer } from '../server/simulatedServer.js';
import type { Family, ShownSeries, View, Views } from '../view.js';
import { type CounterReading, CounterTrack } from './counters.js';
import { type GaugeReading, GaugeTrack } from './gauges.js';

interface NodeSeries extends ShownSeries {
  readonly read: (reading: NodeReading) => number;
}

interface NodeReading {
  readonly at: number;
  readonly counters: CounterReading;
  readonly gauges: GaugeReading;
}

/** The label `job` of every series. */
export const NODE_JOB = 'node';

const CPU_HELP = 'Seconds the CPUs spent in each mode.';
const FILESYSTEM = { device: '/dev/sda1', fstype: 'ext4', mountpoint: '/' } as const;
const NIC = { device: 'eth0' } as const;
/** Share of Java's CPU time that the kernel spends on its behalf. */
const JAVA_SYSTEM_SHARE = 0.08;
/** Share of the servers whose CLOSE_WAIT sockets a textfile script counts by side; the others have only the total. */
const SPLIT_SHARE = 0.75;
/** By it those servers of the demo to which most happens have both sides. */
const SPLIT_SALT = 134;
const IDLE_CONNECTIONS = 12;
const CONNECTIONS_PER_MEGABYTE_PER_SECOND = 3;

/** Every server of the fleet. */
export function nodeViews(fleet: Fleet): Views {
  return new Map(fleet.servers.map((server) => [server.name, () => new NodeView(server)]));
}

/** Reads one server as a scraper of its node_exporter would. */
export class NodeView implements View {
  readonly target: View['target'];
  readonly series: readonly NodeSeries[];
  readonly #counters: CounterTrack;
  readonly #gauges: GaugeTrack;

  constructor(server: SimulatedServer) {
    this.target = { job: NODE_JOB, instance: server.name };
    this.series = listSeries(server);
    this.#counters = new CounterTrack(server);
    this.#gauges = new GaugeTrack(server);
  }

  readAt(at: number, values: Float64Array, offset = 0, stride = 1): boolean {
    const counters = this.#counters.readAt(at);
    if (counters === undefined) return false;
    const reading = { at, counters, gauges: this.#gauges.readAt(at) };
    for (let index = 0; index < this.series.length; index++) {
      values[offset + index * stride] = this.series[index]!.read(reading);
    }
    return true;
  }
}

function listSeries(server: SimulatedServer): NodeSeries[] {
  return [
    ...cpuSeries(),
    ...memorySeries(server),
    ...diskSeries(server),
    ...networkSeries(server),
    ...systemSeries(),
  ].concat(server.hasJava ? javaSeries() : []);
}

function cpuSeries(): NodeSeries[] {
  const modes: Readonly<Record<string, (reading: NodeReading, cpu: number) => number>> = {
    idle: (reading, cpu) => reading.counters.cpus[cpu]!.idle,
    iowait: (reading, cpu) => reading.counters.cpus[cpu]!.iowait,
    irq: () => 0,
    nice: () => 0,
    softirq: () => 0,
    steal: () => 0,
    system: (reading, cpu) => reading.counters.cpus[cpu]!.system,
    user: (reading, cpu) => reading.counters.cpus[cpu]!.user,
  };
  const family: Family = { name: 'node_cpu_seconds_total', type: 'counter', help: CPU_HELP };
  return Array.from({ length: CPU_COUNT }, (_, cpu) =>
    Object.entries(modes).map(([mode, secondsOf]) => ({
      family,
      labels: { cpu: String(cpu), mode },
      read: (reading: NodeReading) => twoDigits(secondsOf(reading, cpu)),
    })),
  ).flat();
}

function memorySeries(server: SimulatedServer): NodeSeries[] {
  const { memoryBytes, swapBytes } = server.personality;
  const field = (name: string) => `Memory information field ${name}.`;
  return [
    gauge('node_memory_MemTotal_bytes', field('MemTotal_bytes'), {}, () => memoryBytes),
    gauge('node_memory_MemAvailable_bytes', field('MemAvailable_bytes'), {}, ({ gauges }) =>
      Math.round(memoryBytes * (1 - gauges.memUsedPct / 100)),
    ),
    gauge('node_memory_SwapTotal_bytes', field('SwapTotal_bytes'), {}, () => swapBytes),
    gauge('node_memory_SwapFree_bytes', field('SwapFree_bytes'), {}, ({ gauges }) =>
      Math.round(swapBytes * (1 - gauges.swapUsedPct / 100)),
    ),
  ];
}

function diskSeries(server: SimulatedServer): NodeSeries[] {
  const { diskBytes } = server.personality;
  const freeBytes = ({ gauges }: NodeReading) => Math.round(diskBytes * (1 - gauges.diskUsagePct / 100));
  return [
    gauge('node_filesystem_size_bytes', 'Filesystem size in bytes.', FILESYSTEM, () => diskBytes),
    gauge('node_filesystem_free_bytes', 'Filesystem free space in bytes.', FILESYSTEM, freeBytes),
    gauge(
      'node_filesystem_avail_bytes',
      'Filesystem space available to non-root users in bytes.',
      FILESYSTEM,
      freeBytes,
    ),
  ];
}

function networkSeries(server: SimulatedServer): NodeSeries[] {
  const received = 'Network device statistic receive_bytes.';
  const sent = 'Network device statistic transmit_bytes.';
  const established = ({ gauges }: NodeReading) =>
    Math.round(IDLE_CONNECTIONS + CONNECTIONS_PER_MEGABYTE_PER_SECOND * gauges.netMegabytesPerSecond);
  return [
    counter('node_network_receive_bytes_total', received, NIC, ({ counters }) => counters.receivedBytes),
    counter('node_network_transmit_bytes_total', sent, NIC, ({ counters }) => counters.sentBytes),
    gauge('node_netstat_Tcp_CurrEstab', 'Statistic TcpCurrEstab.', {}, established),
    ...closeWaitSeries(server),
  ];
}

/** Whether its CLOSE_WAIT sockets are told by side; of others there is only the total. */
export function splitsCloseWait(server: SimulatedServer): boolean {
  return uniformAt(server.personality.seed, SPLIT_SALT) < SPLIT_SHARE;
}

function closeWaitSeries(server: SimulatedServer): NodeSeries[] {
  if (splitsCloseWait(server)) {
    const help = 'Sockets in CLOSE_WAIT by side: front = local port is a service, back = towards a back end.';
    const name = 'node_sockets_close_wait';
    return [
      gauge(name, help, { side: 'front' }, ({ gauges }) => gauges.frontCloseWait),
      gauge(name, help, { side: 'back' }, ({ gauges }) => gauges.backCloseWait),
    ];
  }
  const total = ({ gauges }: NodeReading) => gauges.frontCloseWait + gauges.backCloseWait;
  return [gauge('node_tcp_connection_states', 'Number of connection states.', { state: 'close_wait' }, total)];
}

function systemSeries(): NodeSeries[] {
  return [
    gauge('node_load1', '1m load average.', {}, ({ gauges }) => twoDigits(gauges.load1)),
    gauge('node_load5', '5m load average.', {}, ({ gauges }) => twoDigits(gauges.load5)),
    gauge('node_load15', '15m load average.', {}, ({ gauges }) => twoDigits(gauges.load15)),
    gauge('node_boot_time_seconds', 'Node boot time, in unixtime.', {}, ({ counters }) => counters.bootAt),
    gauge('node_time_seconds', 'System time in seconds since epoch (1970).', {}, ({ at }) => at),
  ];
}

function javaSeries(): NodeSeries[] {
  const name = 'namedprocess_namegroup_cpu_seconds_total';
  const help = 'Cpu user usage in seconds';
  const share = (mode: string, ratio: number) =>
    counter(name, help, { groupname: 'java', mode }, ({ counters }) => twoDigits(counters.javaSeconds * ratio));
  return [share('system', JAVA_SYSTEM_SHARE), share('user', 1 - JAVA_SYSTEM_SHARE)];
}

type Shape = [name: string, help: string, labels: NodeSeries['labels'], read: NodeSeries['read']];

function gauge(...[name, help, labels, read]: Shape): NodeSeries {
  return { family: { name, type: 'gauge', help }, labels, read };
}

function counter(...[name, help, labels, read]: Shape): NodeSeries {
  return { family: { name, type: 'counter', help }, labels, read };
}

/** The kernel counts CPU time in hundredths of a second, and shows load averages with two digits. */
function twoDigits(value: number): number {
  return Math.round(value * 100) / 100;
}
