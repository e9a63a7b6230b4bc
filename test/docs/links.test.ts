import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { anchorsOf, PAGES, readPage, withoutBlocks } from './pages.js';

/** Targets of links and pictures that lie in this repository. */
function targetsOf(page: string): string[] {
  const text = withoutBlocks(page).replaceAll(/`[^`\n]*`/g, '');
  const markdown = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
  const html = [...text.matchAll(/(?:src|srcset|href)="([^"]+)"/g)].map(([, target]) => target!);
  return [...markdown, ...html].filter((target) => !/^[a-z]+:/.test(target));
}

describe('the links of the pages', () => {
  test.each(PAGES)('of %s lead to files and headings that there are', (path) => {
    const broken = targetsOf(readPage(path)).filter((target) => {
      const [file, anchor] = target.split('#');
      const there = file === '' ? path : join(dirname(path), file!);
      if (!existsSync(there)) return true;
      return anchor !== undefined && !anchorsOf(readPage(there)).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  test('lead to pictures of at most 200 KB, light and dark', () => {
    const pictures = targetsOf(readPage('README.md')).filter((target) => target.endsWith('.png'));
    expect(pictures.filter((path) => statSync(path).size > 200_000)).toEqual([]);
    const light = pictures.filter((path) => path.includes('-light'));
    expect(light.length).toBeGreaterThan(0);
    expect(pictures).toEqual(expect.arrayContaining(light.map((path) => path.replace('-light', '-dark'))));
  });

  test('reach every page from the README', () => {
    const reached = new Set(['README.md']);
    for (const path of reached) {
      for (const target of targetsOf(readPage(path))) {
        const file = join(dirname(path), target.split('#')[0]!);
        if (PAGES.includes(file)) reached.add(file);
      }
    }
    expect([...reached].sort()).toEqual([...PAGES].sort());
  });
});
