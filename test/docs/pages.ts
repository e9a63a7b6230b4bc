/** The pages that people read, and what tests look for in them. */
import { readdirSync, readFileSync } from 'node:fs';

/** Paths from the root of the repository. */
export const PAGES: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => `docs/${path}`)
    .sort(),
];

export function readPage(path: string): string {
  return readFileSync(path, 'utf8');
}

export interface CodeBlock {
  /** The page and the line of the block's first line. */
  readonly where: string;
  readonly language: string;
  /** What follows the language on the line that opens the block. */
  readonly title: string;
  readonly text: string;
}

/** All fenced code blocks of all pages. */
export function codeBlocks(): CodeBlock[] {
  return PAGES.flatMap((path) => {
    const page = readPage(path);
    return [...page.matchAll(/^ *```(\w+)(?: +(\S+))?\n([\s\S]*?)^ *```$/gm)].map((match) => ({
      where: `${path}:${page.slice(0, match.index).split('\n').length + 1}`,
      language: match[1]!,
      title: match[2] ?? '',
      text: match[3]!,
    }));
  });
}

/** What stands in backquotes within the text of all pages. */
export function inlineCode(): { readonly where: string; readonly text: string }[] {
  return PAGES.flatMap((path) =>
    [...withoutBlocks(readPage(path)).matchAll(/`([^`\n]+)`/g)].map((match) => ({ where: path, text: match[1]! })),
  );
}

/** A page without its fenced code. */
export function withoutBlocks(page: string): string {
  return page.replaceAll(/^ *```[\s\S]*?^ *```$/gm, '');
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(page: string): string[] {
  return [...withoutBlocks(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  );
}
