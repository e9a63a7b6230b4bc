/** HTML by template literals: what is put in is escaped unless it is HTML already. */

export interface Html {
  readonly kind: 'html';
  readonly text: string;
}

type Content = string | number | undefined | Html | readonly Html[];

/** Joins the parts; `undefined` is nothing. */
export function html(parts: TemplateStringsArray, ...contents: readonly Content[]): Html {
  let text = parts[0]!;
  contents.forEach((content, index) => {
    text += contentText(content) + parts[index + 1]!;
  });
  return { kind: 'html', text };
}

/** Text that is HTML already, e.g. the style sheet. */
export function trustedHtml(text: string): Html {
  return { kind: 'html', text };
}

/** The text to send. */
export function htmlText({ text }: Html): string {
  return text;
}

function contentText(content: Content): string {
  if (content === undefined) return '';
  if (typeof content === 'string') return escapeHtml(content);
  if (typeof content === 'number') return String(content);
  if ('text' in content) return content.text;
  return content.map(htmlText).join('');
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character]!);
}
