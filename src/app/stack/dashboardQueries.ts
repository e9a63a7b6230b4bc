/** The PromQL of a dashboard, with what Grafana would put for its variables. */

/** What Grafana fills in by itself. */
const BUILT_IN: Readonly<Record<string, string>> = {
  __rate_interval: '5m',
  __interval: '1m',
  __range: '1h',
  __range_s: '3600',
  __from: '0',
  __to: '0',
};

/** All of it, wherever a variable of the dashboard stands: in a regular expression it means every value. */
const ANY = '.*';

/** @param text  the dashboard's JSON */
export function dashboardQueries(text: string): string[] {
  const found = new Set<string>();
  collect(JSON.parse(text), found);
  return [...found].map(fillIn);
}

/** Every `expr`, however deep: rows hold panels, panels hold targets. */
function collect(node: unknown, found: Set<string>): void {
  if (typeof node !== 'object' || node === null) return;
  for (const [key, value] of Object.entries(node)) {
    if (key === 'expr' && typeof value === 'string') found.add(value);
    else collect(value, found);
  }
}

function fillIn(expr: string): string {
  return expr.replace(/\$\{?(\w+)(?::\w+)?\}?/g, (_, name: string) => BUILT_IN[name] ?? ANY);
}
