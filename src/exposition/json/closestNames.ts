/** Of a host name with its port; nothing longer was typed by a person. */
const LONGEST_NAME = 260;
const MOST_NAMES = 5;

interface Near {
  readonly name: string;
  readonly distance: number;
}

/** Names that someone who typed `wanted` may have meant: at most five, nearest first. Ten thousand names take a few milliseconds. */
export function closestNames(wanted: string, names: Iterable<string>): string[] {
  if (wanted.length > LONGEST_NAME) return [];
  const sought = wanted.toLowerCase();
  // Two slips in a short name, a third of a longer one.
  let limit = Math.max(2, Math.floor(wanted.length / 3));
  const letters = lettersOf(sought);
  const near: Near[] = [];
  for (const name of names) {
    const text = name.toLowerCase();
    if (leastDistance(letters, sought.length, text) > limit) continue;
    const distance = distanceWithin(sought, text, limit);
    if (distance === undefined) continue;
    near.push({ name, distance });
    near.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
    if (near.length > MOST_NAMES) near.pop();
    if (near.length === MOST_NAMES) limit = near.at(-1)!.distance;
  }
  return near.map(({ name }) => name);
}

/** How often each letter occurs; some letters count as one. */
function lettersOf(text: string): Uint16Array {
  const letters = new Uint16Array(128);
  for (let i = 0; i < text.length; i++) letters[text.charCodeAt(i) % 128]!++;
  return letters;
}

const left = new Uint16Array(128);

/** No distance is less: each letter that the other text lacks costs a replacement, an insertion or a deletion. Cheap to tell. */
function leastDistance(letters: Uint16Array, length: number, text: string): number {
  left.set(letters);
  let shared = 0;
  for (let i = 0; i < text.length; i++) {
    const letter = text.charCodeAt(i) % 128;
    if (left[letter] === 0) continue;
    left[letter]!--;
    shared++;
  }
  return Math.max(length, text.length) - shared;
}

/** More than any distance. */
const FAR = 0xffff;
/** Rows of the table of distances; no text that is compared is longer. */
const rows = [new Uint16Array(2 * LONGEST_NAME), new Uint16Array(2 * LONGEST_NAME)] as const;

/**
 * Levenshtein's distance, the insertions, deletions and replacements from one text to the other; undefined where it is more than
 * `limit`. Only cells that lie no further than that from the diagonal matter (Ukkonen, 1985), and most texts end in the first rows.
 */
function distanceWithin(from: string, to: string, limit: number): number | undefined {
  if (Math.abs(from.length - to.length) > limit) return undefined;
  let [previous, row]: readonly Uint16Array[] = rows;
  for (let j = 0; j <= to.length; j++) previous![j] = j;
  for (let i = 1; i <= from.length; i++) {
    const first = Math.max(1, i - limit);
    const last = Math.min(to.length, i + limit);
    row![first - 1] = first === 1 ? i : FAR;
    let nearest = row![first - 1]!;
    for (let j = first; j <= last; j++) {
      const replaced = previous![j - 1]! + Number(from.charCodeAt(i - 1) !== to.charCodeAt(j - 1));
      const distance = Math.min(replaced, previous![j]! + 1, row![j - 1]! + 1);
      row![j] = distance;
      nearest = Math.min(nearest, distance);
    }
    if (nearest > limit) return undefined;
    // The next row looks one cell further.
    if (last < to.length) row![last + 1] = FAR - 1;
    [previous, row] = [row, previous];
  }
  const distance = previous![to.length]!;
  return distance <= limit ? distance : undefined;
}
