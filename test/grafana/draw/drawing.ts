/** Dashboards drawn in a real Chromium with Grafana's own panel code, over a Prometheus that runs. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import type { Dashboard } from '../form.js';
import type { DrawnPanel } from './drawnPanel.js';

const FOLDER = path.resolve('test/grafana/draw');
const PACKAGES = path.join(FOLDER, 'node_modules');
const BUNDLE = path.resolve('build/draw');
const PICTURE_WIDTH = 1400;
const PATIENCE_MILLISECONDS = 30_000;

const program = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);

/** Chromium and Grafana's packages are there: `scripts/ensure-drawing.sh` sees to it. */
export const canDraw = program !== undefined && existsSync(path.join(PACKAGES, '@grafana/ui'));

export interface Wish {
  readonly dashboard: Dashboard;
  readonly variables: Readonly<Record<string, string>>;
  readonly theme: 'dark' | 'light';
}

export interface Drawn {
  readonly panels: readonly DrawnPanel[];
  /** What the browser's console had to say. */
  readonly complaints: readonly string[];
  /** A PNG of the whole dashboard. */
  readonly picture: Buffer;
}

export interface DrawingBoard {
  draw(wish: Wish): Promise<Drawn>;
  close(): Promise<void>;
}

/** @param prometheus  its address */
export async function openDrawingBoard(prometheus: string): Promise<DrawingBoard> {
  bundlePage();
  const files = await serveFiles();
  const executablePath = spawnSync('which', [program!], { encoding: 'utf8' }).stdout.trim();
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  return {
    draw: (wish) => drawOn(browser, files.url, prometheus, wish),
    close: async () => {
      await browser.close();
      files.close();
    },
  };
}

/** Grafana's packages are written for a bundler that knows these kinds of files and names. */
function bundlePage(): void {
  const flags = [
    ...['--bundle', '--format=esm', '--jsx=automatic', '--minify', '--log-level=error', `--outdir=${BUNDLE}`],
    ...['--loader:.svg=dataurl', '--loader:.ttf=dataurl', '--define:global=window'],
    '--define:process.env.NODE_ENV="production"',
  ];
  execFileSync(path.join(PACKAGES, '.bin/esbuild'), [path.join(FOLDER, 'page/main.tsx'), ...flags]);
}

/** Grafana's font, which its packages do not hold: with another one names would be cut off that are not in Grafana. */
const fontFace = (weight: number) =>
  `@font-face { font-family: Inter; font-weight: ${weight}; src: url('/inter-${weight}.woff2'); }`;
const HTML = `<!doctype html><meta charset="utf-8"><title>dashboard</title><link rel="icon" href="data:,">
<script>window.__grafana_public_path__ = '/public/';</script><link rel="stylesheet" href="/main.css">
<style>${[400, 500].map(fontFace).join('')}</style><body><div id="root"></div><script type="module" src="/main.js"></script></body>`;
const KINDS: Readonly<Record<string, string>> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** The page, its bundle, and the icons that Grafana's code asks for. */
async function serveFiles() {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url!, 'http://localhost');
    const text = pathname === '/' ? HTML : await readFile(fileOf(pathname)).catch(() => undefined);
    response.writeHead(text === undefined ? 404 : 200, {
      'content-type': KINDS[path.extname(pathname)] ?? 'text/html',
    });
    response.end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

function fileOf(pathname: string): string {
  const [, weight] = /^\/inter-(\d+)\.woff2$/.exec(pathname) ?? [];
  if (weight !== undefined) return path.join(PACKAGES, `@fontsource/inter/files/inter-latin-${weight}-normal.woff2`);
  const [, asset] = /^\/public\/build\/(img\/.+)$/.exec(pathname) ?? [];
  return asset === undefined ? path.join(BUNDLE, pathname) : path.join(PACKAGES, '@grafana/ui/dist/public', asset);
}

async function drawOn(browser: Browser, url: string, prometheus: string, wish: Wish): Promise<Drawn> {
  const context = await browser.newContext({
    viewport: { width: PICTURE_WIDTH, height: 800 },
    colorScheme: wish.theme,
  });
  try {
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      const { url: about } = message.location();
      // Where Grafana keeps its fonts there are none here.
      if (message.type() === 'error' && !about.includes('/fonts/')) complaints.push(`${message.text()} (${about})`);
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.addInitScript(
      (drawing) => {
        (globalThis as unknown as { drawing: unknown }).drawing = drawing;
      },
      { ...wish, prometheus, now: Math.floor(Date.now() / 1000) },
    );
    await page.goto(url);
    await page.waitForSelector('[data-panel]', { state: 'attached', timeout: PATIENCE_MILLISECONDS });
    // What lies below the edge of the window would not be drawn.
    const height = await page.evaluate<number>('document.documentElement.scrollHeight');
    await page.setViewportSize({ width: PICTURE_WIDTH, height });
    const panels = await untilDrawn(page);
    return { panels, complaints, picture: await page.screenshot({ fullPage: true }) };
  } finally {
    await context.close();
  }
}

/** What became of the panels when all are drawn, or when patience ends. */
async function untilDrawn(page: Page): Promise<DrawnPanel[]> {
  const inspect = () => (globalThis as unknown as { inspect(): DrawnPanel[] }).inspect();
  await page
    .waitForFunction('window.inspect?.().every(({ isDrawn, fault }) => isDrawn || fault)', undefined, {
      timeout: PATIENCE_MILLISECONDS,
    })
    .catch(() => {});
  return page.evaluate(inspect);
}
