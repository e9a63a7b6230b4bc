import { execFileSync } from 'node:child_process';

/** What Prometheus' own tool complains about in a metrics page, line by line; [] = nothing. */
export function lintOf(page: string | Buffer): string[] {
  try {
    execFileSync('promtool', ['check', 'metrics'], { input: page, stdio: 'pipe' });
    return [];
  } catch (error) {
    return String((error as { stderr: Buffer }).stderr).split('\n');
  }
}
