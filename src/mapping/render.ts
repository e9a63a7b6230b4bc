/** Filling the placeholders of a pack's PromQL. */
import { formatDuration } from '../core/duration.js';

export const PLACEHOLDERS = ['$selector', '$window', '$server_label'] as const;

export interface Rendering {
  /** Label matchers without braces, e.g. `job="node",env="prod"`; may be empty. */
  readonly selector: string;
  /** The label whose value names the server. */
  readonly serverLabel: string;
  /** Length of the range that rates and averages look back over; whole seconds > 0. */
  readonly windowSeconds: number;
  /** Only these servers; all of them if left out. */
  readonly servers?: readonly string[];
}

/** The PromQL to send: every placeholder filled in, and no stray comma where the selector is empty. */
export function renderExpr(expr: string, rendering: Rendering): string {
  const matchers = [trimMatchers(rendering.selector), serverMatcher(rendering)].filter((part) => part !== '').join(',');
  return fillSelector(expr, matchers)
    .replaceAll('$window', formatDuration(rendering.windowSeconds))
    .replaceAll('$server_label', rendering.serverLabel);
}

/** The expression with these label matchers, which may be none, in place of `$selector`. */
export function fillSelector(expr: string, selector: string): string {
  const matchers = trimMatchers(selector);
  return matchers === ''
    ? expr.replace(/,\s*\$selector\b|\$selector\b\s*,?/g, '')
    : expr.replaceAll('$selector', () => matchers);
}

/** Words in an expression that look like placeholders and are none. */
export function unknownPlaceholders(expr: string): string[] {
  const known: readonly string[] = PLACEHOLDERS;
  return [...expr.matchAll(/\$[a-z_][a-z0-9_]*/gi)].map(([word]) => word).filter((word) => !known.includes(word));
}

/** A comma at the end is legal PromQL, but not in front of a further matcher. */
function trimMatchers(selector: string): string {
  return selector.trim().replace(/,$/, '').trimEnd();
}

function serverMatcher({ serverLabel, servers }: Rendering): string {
  if (servers === undefined) return '';
  const pattern = servers.map((server) => server.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|');
  return `${serverLabel}=~${JSON.stringify(pattern)}`;
}
