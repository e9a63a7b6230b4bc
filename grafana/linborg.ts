/** Is linborg well? Cycle, queries, workers, memory, cardinality, errors. */
import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import { type BuiltDashboard, dashboard, OF_ITSELF } from './lib/dashboard.js';
import { dashed } from './lib/look.js';
import { graph, type Placed, stat } from './lib/panel.js';
import { now, ofCycles, overTime } from './lib/query.js';
import { table } from './lib/table.js';
import { FAILURES, NONE_IS_GOOD, PERCENT_FULL, SOME_IS_GOOD, YES_IS_GOOD } from './lib/thresholds.js';

/** The targets that are linborg, however their job is called. */
const SELF = 'and on (job, instance) linborg_build_info';

export function linborgDashboard(): BuiltDashboard {
  return dashboard({
    uid: 'linborg-itself',
    title: 'Is linborg well?',
    description:
      'The exporter itself: whether its cycles succeed and how long they take, what it asks of Prometheus, and what it costs.',
    from: 'now-1h',
    to: 'now',
    refresh: '30s',
    alerts: OF_ITSELF,
    rows: [
      { title: 'In short', panels: headline() },
      { title: 'Cycles and queries', panels: work() },
      { title: 'Extra targets', isFolded: true, panels: [targets(), targetSeries()] },
      { title: 'Pushed records', isFolded: true, panels: pushed() },
      { title: 'What it costs', panels: costs() },
      { title: 'What is in force', panels: [versions()] },
    ],
  });
}

function headline(): Placed[] {
  return [
    stat({
      title: 'Last successful cycle',
      description:
        'How long ago the last successful cycle ended. After three intervals without one, all series of servers are withdrawn.',
      unit: 's',
      queries: [overTime('time() - max(linborg_cycle_last_success_timestamp_seconds)', 'age')],
      width: 4,
      decimals: 0,
      steps: ['green', [120, 'yellow'], [300, 'red']],
    }),
    stat({
      title: 'Failed cycles',
      description: 'Cycles without a result in the last hour. The log says why.',
      unit: 'short',
      queries: [now('sum(increase(linborg_cycles_failed_total[$__range]))', 'failed')],
      width: 4,
      decimals: 0,
      steps: NONE_IS_GOOD,
      isPlain: true,
    }),
    stat({
      title: 'Failed queries',
      description: 'Share of the queries to the sources that brought nothing after all their tries.',
      unit: 'percentunit',
      queries: [overTime('max(job_instance_source:linborg_source_queries_failed:ratio_rate10m)', 'failed')],
      width: 4,
      decimals: 1,
      steps: FAILURES,
    }),
    stat({
      title: 'Configuration',
      description: 'Whether the last load of the configuration succeeded. After a failure the last good one goes on.',
      unit: 'none',
      queries: [now('min(linborg_config_last_reload_successful)', 'loaded')],
      width: 4,
      steps: YES_IS_GOOD,
      mappings: [{ type: MappingType.ValueToText, options: { 0: { text: 'refused' }, 1: { text: 'loaded' } } }],
      isPlain: true,
    }),
    stat({
      title: 'Series dropped',
      description:
        'Forecast series left out of a cycle because of export.max_series, per second. Above 0 the least risky servers have no forecasts.',
      unit: 'short',
      queries: [overTime('sum(rate(linborg_series_dropped_total[$__rate_interval]))', 'dropped')],
      width: 4,
      steps: NONE_IS_GOOD,
    }),
    stat({
      title: 'Workers that died',
      description: 'Threads that died in the last hour. Each is replaced; the log says why it died.',
      unit: 'short',
      queries: [now('sum(increase(linborg_worker_deaths_total[$__range]))', 'died')],
      width: 4,
      decimals: 0,
      steps: NONE_IS_GOOD,
      isPlain: true,
      lastOf: '1h',
    }),
  ];
}

function work(): Placed[] {
  // Without a cycle in the interval the quantile is NaN, which is no duration: the comparison leaves it out.
  const quantile = (q: string) =>
    `histogram_quantile(${q}, sum by (le) (rate(linborg_cycle_duration_seconds_bucket[$__rate_interval]))) >= 0`;
  return [
    graph({
      title: 'Duration of a cycle',
      description:
        'From the first query to the rendered metrics: the median and the slowest of twenty. It must stay below the interval between cycles, or cycles are skipped.',
      unit: 's',
      queries: [ofCycles(quantile('0.5'), 'median'), ofCycles(quantile('0.95'), 'p95')],
      width: 12,
    }),
    graph({
      title: 'Cycles per minute',
      description: 'Cycles that ended, that failed, and that were left out because the one before was still running.',
      unit: 'short',
      queries: [
        ofCycles('60 * sum(rate(linborg_cycles_total[$__rate_interval]))', 'ended'),
        ofCycles('60 * sum(rate(linborg_cycles_failed_total[$__rate_interval]))', 'failed'),
        ofCycles('60 * sum(rate(linborg_cycles_skipped_total[$__rate_interval]))', 'skipped'),
      ],
      width: 12,
      overrides: [{ series: 'failed', properties: dashed('red') }],
    }),
    graph({
      title: 'Queries to the sources',
      description: 'Queries per second, failed ones included, and those that failed after all their tries.',
      unit: 'reqps',
      queries: [
        ofCycles('sum by (source) (rate(linborg_source_queries_total[$__rate_interval]))', '{{source}}'),
        ofCycles('sum(rate(linborg_source_queries_failed_total[$__rate_interval]))', 'failed'),
      ],
      width: 12,
      overrides: [{ series: 'failed', properties: dashed('red') }],
    }),
    graph({
      title: 'Samples per second',
      description: 'Samples per second that the sources delivered.',
      unit: 'short',
      queries: [ofCycles('sum by (source) (rate(linborg_source_samples_total[$__rate_interval]))', '{{source}}')],
      width: 12,
    }),
  ];
}

const NO_TARGETS = 'no extra targets are configured';

function targets(): Placed {
  return table({
    title: 'Extra targets',
    description:
      'Each series that the configuration forecasts besides the servers: whether its last read was answered, and how many series had values. One that is not answered, or without series, has no forecast; the log says why.',
    width: 12,
    height: 7,
    nothing: NO_TARGETS,
    labels: [
      { label: 'metric', title: 'Target' },
      { label: 'source', title: 'Source', width: 270 },
    ],
    values: [
      {
        expr: 'min by (metric, source) (linborg_source_target_up)',
        title: 'Answered',
        unit: 'none',
        steps: YES_IS_GOOD,
        cell: 'text',
        width: 100,
        mappings: [{ type: MappingType.ValueToText, options: { 0: { text: 'no' }, 1: { text: 'yes' } } }],
      },
      {
        expr: 'min by (metric, source) (linborg_source_target_series)',
        title: 'Series',
        unit: 'short',
        decimals: 0,
        steps: SOME_IS_GOOD,
        cell: 'text',
        width: 80,
      },
    ],
  });
}

function targetSeries(): Placed {
  return graph({
    title: 'Series of extra targets',
    description:
      'How many series each extra target brings. A step down is a service that has gone, or a label that was renamed; a step up costs forecasts.',
    unit: 'short',
    queries: [overTime('min by (metric, source) (linborg_source_target_series)', '{{metric}} of {{source}}')],
    width: 12,
    height: 7,
    min: 0,
    decimals: 0,
    nothing: NO_TARGETS,
  });
}

const NO_PUSH = 'records are not pushed to this linborg';

function pushed(): Placed[] {
  return [...intake(), ...writeAhead()];
}

/** What clients send, and what becomes of it. */
function intake(): Placed[] {
  return [
    stat({
      title: 'Servers pushed',
      description:
        'Servers whose records clients send, beside those that are pulled from Prometheus. A jump may be a client that makes up names; push.max_servers bounds them.',
      unit: 'short',
      queries: [overTime('sum(linborg_push_servers)', 'servers')],
      width: 4,
      height: 7,
      decimals: 0,
      steps: ['blue'],
      nothing: NO_PUSH,
    }),
    graph({
      title: 'Pushed records per second',
      description:
        'Records of clients, by what became of them. Rejected ones are faulty, or in a batch that was refused for another one; the answer to the client says why. Too old: before the window.',
      unit: 'short',
      queries: [overTime('sum by (outcome) (rate(linborg_push_records_total[$__rate_interval]))', '{{outcome}}')],
      width: 10,
      height: 7,
      min: 0,
      nothing: NO_PUSH,
      overrides: [{ series: 'rejected', properties: dashed('red') }],
    }),
    graph({
      title: 'Requests per minute that push',
      description:
        'Requests to /feed/data, and those of which nothing was taken: faulty, too large, or the disk did not write.',
      unit: 'short',
      queries: [
        overTime('60 * sum(rate(linborg_push_requests_total[$__rate_interval]))', 'all'),
        overTime('60 * sum(rate(linborg_push_requests_failed_total[$__rate_interval]))', 'refused'),
      ],
      width: 10,
      height: 7,
      min: 0,
      nothing: NO_PUSH,
      overrides: [{ series: 'refused', properties: dashed('red') }],
    }),
  ];
}

/** What of it is on disk. */
function writeAhead(): Placed[] {
  const written = (q: string) =>
    `histogram_quantile(${q}, sum by (le) (rate(linborg_push_wal_write_duration_seconds_bucket[$__rate_interval]))) >= 0`;
  return [
    graph({
      title: 'Time to write pushed records',
      description:
        'How long a write of pushed records takes, the median and the slowest of twenty. A client waits at least that long for its answer.',
      unit: 's',
      queries: [overTime(written('0.5'), 'median'), overTime(written('0.95'), 'p95')],
      width: 10,
      height: 7,
      min: 0,
      nothing: NO_PUSH,
    }),
    graph({
      title: 'Write-ahead file',
      description:
        'Pushed records on disk, from which a restart fills its windows. It falls where the oldest leave the window.',
      unit: 'bytes',
      queries: [overTime('linborg_push_wal_bytes', '{{instance}}')],
      width: 10,
      height: 7,
      min: 0,
      nothing: NO_PUSH,
    }),
    stat({
      title: 'File of its bound',
      description:
        'The write-ahead file in percent of push.wal_max_bytes. At 100 the oldest records go before they leave the window, and a restart knows less: raise the bound, or push less often.',
      ...PERCENT_FULL,
      queries: [overTime('max(100 * linborg_push_wal_bytes / linborg_push_wal_max_bytes)', 'full')],
      width: 4,
      height: 7,
      decimals: 1,
      nothing: NO_PUSH,
    }),
  ];
}

function costs(): Placed[] {
  return [
    graph({
      title: 'Processor',
      description: 'Cores that linborg uses, its worker threads included.',
      unit: 'short',
      queries: [overTime(`rate(process_cpu_seconds_total[$__rate_interval]) ${SELF}`, '{{instance}}')],
      width: 8,
      decimals: 2,
    }),
    graph({
      title: 'Workers busy',
      description:
        'Share of their time that the threads which forecast spend on jobs. Near 100 %, cycles take longer than they should: give linborg more cores and workers.',
      unit: 'percentunit',
      queries: [
        ofCycles('rate(linborg_worker_busy_seconds_total[$__rate_interval]) / linborg_workers', '{{instance}}'),
      ],
      width: 8,
      min: 0,
      max: 1,
    }),
    graph({
      title: 'Memory',
      description:
        'Memory of the process, its worker threads and the windows included, and the heap of the main thread.',
      unit: 'bytes',
      queries: [
        overTime(`process_resident_memory_bytes ${SELF}`, 'resident {{instance}}'),
        overTime(`nodejs_heap_size_used_bytes ${SELF}`, 'heap {{instance}}'),
      ],
      width: 8,
    }),
    graph({
      title: 'Event loop',
      description:
        'How late the main thread is: the 99th percentile of the delay. It answers scrapes, so it should stay well below a second.',
      unit: 's',
      queries: [overTime(`nodejs_eventloop_lag_p99_seconds ${SELF}`, '{{instance}}')],
      width: 8,
      steps: ['green', [1, 'red']],
      showsSteps: true,
    }),
    graph({
      title: 'Samples per scrape',
      description:
        'How many series linborg shows to Prometheus. About 190 per server with all defaults; export.max_series bounds the forecasts.',
      unit: 'short',
      queries: [overTime(`scrape_samples_scraped ${SELF}`, '{{instance}}')],
      width: 8,
    }),
    graph({
      title: 'Duration of a scrape',
      description:
        'How long Prometheus waits for /metrics. A scrape copies text that is ready, so it should be milliseconds, also during a cycle.',
      unit: 's',
      queries: [overTime(`scrape_duration_seconds ${SELF}`, '{{instance}}')],
      width: 8,
    }),
  ];
}

function versions(): Placed {
  return table({
    title: 'Versions',
    description: 'What runs: the version, the inference engine and its backend, and the version of Node.js.',
    width: 24,
    height: 4,
    labels: [
      { label: 'instance', title: 'Instance' },
      { label: 'version', title: 'Version' },
      { label: 'engine', title: 'Engine' },
      { label: 'backend', title: 'Backend' },
      { label: 'node_version', title: 'Node.js' },
    ],
    values: [
      {
        expr: 'max by (instance, version, engine, backend, node_version) (linborg_build_info)',
        title: 'runs',
        unit: 'none',
      },
    ],
    hidden: ['runs'],
  });
}
