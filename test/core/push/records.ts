/** A record as a client of the older daemons sends it. */
export function rawRecord(fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    timestamp: '2026-01-01T12:00:00Z',
    server_name: 'ppdb001',
    status: 'healthy',
    cpu_user_pct: 40,
    cpu_sys_pct: 5,
    cpu_iowait_pct: 1,
    cpu_idle_pct: 54,
    java_cpu_pct: 20,
    mem_used_pct: 60,
    swap_used_pct: 0,
    disk_usage_pct: 70,
    net_in_mb_s: 12.5,
    net_out_mb_s: 8,
    back_close_wait: 2,
    front_close_wait: 3,
    load_average: 1.25,
    uptime_days: 12,
    ...fields,
  };
}

/** The same without some of its fields. */
export function without(...columns: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(rawRecord()).filter(([column]) => !columns.includes(column)));
}
