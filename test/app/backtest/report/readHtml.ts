/** A strict reader of HTML: it knows elements, attributes and text, and takes no liberties that browsers take. */

export interface HtmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

const VOID_ELEMENTS = new Set(['meta', 'br', 'link', 'img', 'input', 'hr']);
const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

/** The elements in order; throws where a tag is not closed in order, or where a text or value is not escaped. */
export function readHtml(page: string): HtmlElement[] {
  const elements: HtmlElement[] = [];
  const open: string[] = [];
  const rest = page.replace(/^<!doctype html>\n/, '').replace(/<style>.*?<\/style>/s, '<style></style>');
  for (const [token] of rest.matchAll(/<[^>]*>|[^<]+/g)) {
    if (!token.startsWith('<')) {
      checkEscaped(token);
      continue;
    }
    const [, slash, name, attributes, selfClosing] =
      /^<(\/?)([a-z][a-z0-9]*)((?: [a-zA-Z0-9:-]+="[^"<]*")*)(\/?)>$/.exec(token) ?? [];
    if (name === undefined) throw new Error(`not a tag: ${token}`);
    if (slash === '/') {
      const last = open.pop();
      if (last !== name) throw new Error(`</${name}> closes <${String(last)}>`);
      continue;
    }
    elements.push({ name, attributes: readAttributes(attributes!) });
    if (selfClosing === '' && !VOID_ELEMENTS.has(name)) open.push(name);
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(', ')}`);
  return elements;
}

/** The text of a page as a person reads it, with single spaces. */
export function textOf(page: string): string {
  const text = page
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/<(?:div|td|th|br|p|h\d|li|dt|dd|span|text|title|figure|tr)\b[^>]*>/g, ' ');
  return unescapeHtml(text.replace(/<[^>]*>/g, ''))
    .replace(/\s+/g, ' ')
    .trim();
}

/** The same with a line for each block and each row, for golden files. */
export function linesOf(page: string): string {
  const rows = page
    .replace(/<style>.*?<\/style>/s, '')
    .replace(/\n/g, ' ')
    .replace(
      /<\/?(?:header|main|section|footer|div|p|h\d|li|dt|figure|figcaption|table|tr|svg|text|g|circle)\b[^>]*>/g,
      '\n',
    )
    .replace(/<\/(?:td|th|dd|a)>/g, ' | ');
  const lines = unescapeHtml(rows.replace(/<[^>]*>/g, '')).split('\n');
  return `${lines
    .map((line) => line.replace(/\s+/g, ' ').trim())
    .filter((line) => line !== '')
    .join('\n')}\n`;
}

function readAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name, value] of text.matchAll(/ ([a-zA-Z0-9:-]+)="([^"]*)"/g)) {
    checkEscaped(value!);
    if (name! in attributes) throw new Error(`twice in one tag: ${name}`);
    attributes[name!] = unescapeHtml(value!);
  }
  return attributes;
}

function checkEscaped(text: string): void {
  if (/&(?!(?:amp|lt|gt|quot|#39);)|[<>]/.test(text)) throw new Error(`not escaped: ${text}`);
}

function unescapeHtml(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ENTITIES[entity]!);
}
