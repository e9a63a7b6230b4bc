/** Which page comes next, and what a request must say to get it. */
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { textOf, valueAt } from '../../mapping/fieldPath.js';
import { ReadError } from '../../reader.js';
import type { Paging } from './options.js';

/** A page that is not the first: its number or offset, a cursor, or the URL of a link. */
export const pageSchema = z.union([z.int().min(0), z.string()]);

export type Page = z.output<typeof pageSchema>;

/** The URL of a page; undefined is the first one. */
export function urlOfPage(base: URL, paging: Paging | undefined, page: Page | undefined): URL {
  const url = new URL(base);
  if (paging === undefined) return url;
  if ('link_header' in paging) return page === undefined ? url : new URL(String(page));
  if (paging.size_param !== undefined) url.searchParams.set(paging.size_param, String(paging.size));
  if ('page_param' in paging) url.searchParams.set(paging.page_param, String(page ?? paging.first_page));
  else if ('offset_param' in paging) url.searchParams.set(paging.offset_param, String(page ?? 0));
  else if (page !== undefined) url.searchParams.set(paging.cursor_param, String(page));
  return url;
}

/** Whether pages have numbers or offsets, which expire never. */
export function isCounted(paging: Paging | undefined): boolean {
  return paging !== undefined && ('page_param' in paging || 'offset_param' in paging);
}

export interface PageAnswer {
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
  readonly records: number;
}

/**
 * The page after this one; undefined after the last.
 * @throws ReadError for a link to another server, which must not be told our credentials, and for pages that go round in a circle
 */
export function pageAfter(paging: Paging | undefined, page: Page | undefined, answer: PageAnswer): Page | undefined {
  if (paging === undefined) return undefined;
  if ('link_header' in paging) return linkAfter(answer);
  if ('cursor_param' in paging) {
    const next = textOf(valueAt(answer.body, paging.next));
    if (next !== undefined && next === page) throw new ReadError(`the cursor ${next} leads to itself`);
    return next;
  }
  if (answer.records < paging.size) return undefined;
  return 'page_param' in paging ? Number(page ?? paging.first_page) + 1 : Number(page ?? 0) + answer.records;
}

function linkAfter({ url, headers }: PageAnswer): Page | undefined {
  const header = [headers['link'] ?? []].flat().join(', ');
  for (const [, target, parameters] of header.matchAll(/<([^>]*)>((?:\s*;\s*[^,;"]+(?:"[^"]*")?)*)/g)) {
    if (!/;\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next\b)/i.test(parameters!)) continue;
    const next = new URL(target!, url);
    if (next.origin !== url.origin)
      throw new ReadError(`the next page lies on another server, ${next.origin}; expected ${url.origin}`);
    // Without its query, which may hold a key.
    if (next.href === url.href) throw new ReadError(`the link ${next.origin}${next.pathname} leads to itself`);
    return next.href;
  }
  return undefined;
}
