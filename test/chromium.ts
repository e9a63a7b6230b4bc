/** The Chromium of this machine; `make test` sees to it where it may install Debian's package. */
import { spawnSync } from 'node:child_process';
import axe from 'axe-core';
import { type Browser, chromium, type Page } from 'playwright-core';

const program = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);

/** Where it is false, tests that need one are left out. */
export const hasChromium = program !== undefined;

export function launchChromium(): Promise<Browser> {
  const executablePath = spawnSync('which', [program!], { encoding: 'utf8' }).stdout.trim();
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
}

/** What an accessibility checker finds on the page as it is now, and by how much it is wider than the screen. */
export async function checkPage(page: Page): Promise<{ violations: string[]; overflow: number }> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run());
  return {
    violations: violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`),
    overflow: await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth'),
  };
}
