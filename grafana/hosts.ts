/** What are the hosts and their containers doing? The series of node_exporter and cAdvisor, by the names that the mapping packs read. */
import { CONTAINER_VARIABLE, containerRows } from './containers.js';
import { type BuiltDashboard, dashboard, OF_LINBORG } from './lib/dashboard.js';
import { HOST, WITHOUT_PORT } from './lib/host.js';
import { bars, graph, type Placed, stat } from './lib/panel.js';
import { leaders, now, overTime } from './lib/query.js';
import { PERCENT_FULL } from './lib/thresholds.js';

/** The step of linborg's own windows. */
const STEP = '5m';
/** What is no file system of its own, as in rules/packs/node_exporter.yml. */
const REAL = 'fstype!~"tmpfs|devtmpfs|ramfs|rootfs|overlay|squashfs|iso9660|autofs"';
const DEVICES = 'device!~"lo|veth.*|docker.*|br[-_0-9].*|virbr.*|cali.*|cni.*"';

export function hostsDashboard(): BuiltDashboard {
  return dashboard({
    uid: 'linborg-hosts',
    title: 'What are the hosts and containers doing?',
    description:
      'Hosts as node_exporter sees them, and containers as cAdvisor does: the series that linborg reads, not what it makes of them.',
    from: 'now-6h',
    to: 'now',
    refresh: '1m',
    // What pages.
    alerts: `${OF_LINBORG}, severity="critical", server=~"($instance)(:[0-9]+)?"`,
    variables: [
      {
        name: 'instance',
        label: 'Host',
        query: 'label_values(node_load1, instance)',
        regex: WITHOUT_PORT,
        isMulti: true,
      },
      CONTAINER_VARIABLE,
    ],
    rows: [
      { title: 'In short', panels: headline() },
      { title: 'Processor', panels: processor() },
      { title: 'Memory and disks', panels: memory() },
      { title: 'Network', panels: network() },
      ...containerRows(),
    ],
  });
}

function headline(): Placed[] {
  const busy = `100 - 100 * avg by (instance) (rate(node_cpu_seconds_total{${HOST}, mode="idle"}[$__rate_interval]))`;
  const inUse = `100 * (1 - node_memory_MemAvailable_bytes{${HOST}} / node_memory_MemTotal_bytes{${HOST}})`;
  const full = `max by (instance) (100 * (1 - node_filesystem_avail_bytes{${HOST}, ${REAL}} / node_filesystem_size_bytes{${HOST}, ${REAL}}))`;
  const top = (expr: string) => [now(`sort_desc(topk(7, ${expr}))`, '{{instance}}')];
  return [
    stat({
      title: 'Hosts',
      description: 'Hosts whose node_exporter answered in the last minutes.',
      unit: 'short',
      queries: [overTime(`count(node_load1{${HOST}})`, 'hosts')],
      width: 3,
      height: 8,
      steps: ['blue'],
    }),
    bars({
      title: 'Busiest processors',
      description: 'Share of the time in which the processors were not idle.',
      ...PERCENT_FULL,
      queries: top(busy),
      width: 7,
    }),
    bars({
      title: 'Fullest memories',
      description: 'Memory that is not available to programs, in percent of all.',
      ...PERCENT_FULL,
      queries: top(inUse),
      width: 7,
    }),
    bars({
      title: 'Fullest file systems',
      description: 'The fullest real file system of each host, as users see it.',
      ...PERCENT_FULL,
      queries: top(full),
      width: 7,
    }),
  ];
}

function processor(): Placed[] {
  return [
    graph({
      title: 'Processor time by kind',
      description:
        'Mean over the chosen hosts, in percent of all processors. Much iowait means that disks are the limit.',
      unit: 'percent',
      queries: [
        overTime(
          `100 * avg by (mode) (rate(node_cpu_seconds_total{${HOST}, mode!="idle"}[$__rate_interval])) > 0`,
          '{{mode}}',
        ).interval(STEP),
      ],
      width: 12,
      isStacked: true,
      min: 0,
    }),
    graph({
      title: 'Load',
      description: 'One-minute load average per processor, the seven highest. Above 1 work is waiting.',
      unit: 'short',
      queries: [
        overTime(
          leaders(
            (at) =>
              `node_load1{${HOST}}${at} / on (instance) count by (instance) (node_cpu_seconds_total{${HOST}, mode="idle"}${at})`,
          ),
          '{{instance}}',
        ),
      ],
      width: 12,
      decimals: 2,
      steps: ['green', [1, 'yellow']],
      showsSteps: true,
    }),
  ];
}

function memory(): Placed[] {
  return [
    graph({
      title: 'Memory in use',
      description: 'Memory that is not available to programs, the seven fullest hosts.',
      unit: 'percent',
      queries: [
        overTime(
          leaders(
            (at) =>
              `100 * (1 - node_memory_MemAvailable_bytes{${HOST}}${at} / node_memory_MemTotal_bytes{${HOST}}${at})`,
          ),
          '{{instance}}',
        ),
      ],
      width: 8,
      min: 0,
      max: 100,
    }),
    graph({
      title: 'Swap in use',
      description: 'Swap space that holds pages, the seven fullest hosts. Growing swap means that memory is short.',
      unit: 'percent',
      queries: [
        overTime(
          leaders(
            (at) =>
              `100 * (1 - node_memory_SwapFree_bytes{${HOST}}${at} / (node_memory_SwapTotal_bytes{${HOST}}${at} > 0))`,
          ),
          '{{instance}}',
        ),
      ],
      width: 8,
      min: 0,
    }),
    graph({
      title: 'File systems',
      description: 'The fullest real file system of each host, the seven fullest.',
      unit: 'percent',
      queries: [
        overTime(
          leaders(
            (at) =>
              `max by (instance) (100 * (1 - node_filesystem_avail_bytes{${HOST}, ${REAL}}${at} / node_filesystem_size_bytes{${HOST}, ${REAL}}${at}))`,
          ),
          '{{instance}}',
        ),
      ],
      width: 8,
      min: 0,
      max: 100,
    }),
  ];
}

function network(): Placed[] {
  const traffic = (direction: string) =>
    `sum(rate(node_network_${direction}_bytes_total{${HOST}, ${DEVICES}}[$__rate_interval]))`;
  return [
    graph({
      title: 'Traffic',
      description:
        'Bytes per second received and sent by the chosen hosts together, without the devices of containers.',
      unit: 'Bps',
      queries: [
        overTime(traffic('receive'), 'received').interval(STEP),
        overTime(traffic('transmit'), 'sent').interval(STEP),
      ],
      width: 12,
    }),
    graph({
      title: 'Sockets in CLOSE_WAIT',
      description:
        'Connections that the other end closed and our side did not, the seven highest. A number that only grows is a leak. Needs the textfile script or the tcpstat collector.',
      unit: 'short',
      queries: [
        overTime(
          leaders(
            (at) =>
              `sum by (instance) (node_sockets_close_wait{${HOST}}${at} or node_tcp_connection_states{${HOST}, state="close_wait"}${at})`,
          ),
          '{{instance}}',
        ),
      ],
      width: 12,
    }),
  ];
}
