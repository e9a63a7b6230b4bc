/** What linborg says of itself and of its fleet, as a Prometheus that scrapes it has recorded it. */

/**
 * A selector of one of linborg's own metrics.
 * @param whose     label matchers without braces that say which linborg is meant, where Prometheus knows several; may be empty
 * @param matchers  more of them, each may be empty
 */
export function ownSeries(name: string, whose: string, ...matchers: readonly string[]): string {
  const all = [whose.replace(/,\s*$/, ''), ...matchers].filter((text) => text !== '');
  return `${name}{${all.join(', ')}}`;
}
