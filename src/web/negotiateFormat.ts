import type { TextFormat } from '../exposition/exporterText.js';

/**
 * OpenMetrics where the header asks for its version 1.0.0 at least as much as for plain text, as Prometheus does; an
 * unknown parameter such as `escaping` changes nothing.
 */
export function negotiateFormat(accept: string): TextFormat {
  let openMetrics = 0;
  let plain = 0;
  for (const range of accept.split(',')) {
    const [type, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const parameter = (name: string) => parameters.find((text) => text.startsWith(`${name}=`))?.slice(name.length + 1);
    const quality = Number(parameter('q') ?? 1) || 0;
    const version = parameter('version');
    if (type === 'application/openmetrics-text' && (version ?? '1.0.0') === '1.0.0') {
      openMetrics = Math.max(openMetrics, quality);
    }
    if (type === 'text/plain') plain = Math.max(plain, quality);
  }
  return openMetrics > 0 && openMetrics >= plain ? 'openmetrics' : 'prometheus';
}
