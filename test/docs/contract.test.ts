import { describe, expect, test } from 'vitest';
import { CANDIDATES, FUTURE_VARIABLES, PAST_VARIABLES, STATIC_FIGURES } from '../../src/model/inputs/contract.js';
import { DEFAULT_HYPERPARAMETERS } from '../../src/model/network/parameters.js';
import { LEDGER_BINS, LEDGER_STEPS } from '../../src/truth/horizonBins.js';
import { readPage } from './pages.js';

const MINUTES_PER_STEP = 5;

/** What stands in backquotes between two marks of a page, in its order. */
function namesBetween(page: string, from: string, to: string): string[] {
  const start = page.indexOf(from);
  const end = page.indexOf(to, start);
  expect(
    [start, end].every((index) => index >= 0),
    `${from} … ${to}`,
  ).toBe(true);
  return [...page.slice(start, end).matchAll(/`([a-z]\w+)`/g)].map(([, name]) => name!);
}

describe('docs/model.md', () => {
  const page = readPage('docs/model.md');
  const namesOf = (variables: readonly { readonly name: string }[]) => variables.map(({ name }) => name);

  test('explains every candidate, in the order of the contract, and then names the base', () => {
    expect(namesBetween(page, '**Candidates**', '**Past variables**')).toEqual([...CANDIDATES, 'median_with_level']);
  });

  test('explains every variable of past and future, in the order of the contract', () => {
    expect(namesBetween(page, '**Past variables**', '**Future variables**')).toEqual(namesOf(PAST_VARIABLES));
    expect(namesBetween(page, '**Future variables**', '**Static figures**')).toEqual(namesOf(FUTURE_VARIABLES));
  });

  test('explains every static figure once, and says how many there are and how wide the network is', () => {
    const section = namesBetween(page, '**Static figures**', 'Metric and profile enter');
    expect(section.sort()).toEqual([...STATIC_FIGURES].sort());
    expect(page).toContain(`**Static figures** (${STATIC_FIGURES.length},`);
    expect(page).toContain(`H = ${DEFAULT_HYPERPARAMETERS.hidden} hidden, ${DEFAULT_HYPERPARAMETERS.heads} heads`);
  });
});

describe('docs/truth.md', () => {
  const page = readPage('docs/truth.md');

  test('says when after its making a forecast is judged, bin by bin', () => {
    const rows = [...page.matchAll(/^\| to [^|]* \| ([^|]*) \|/gm)].map(([, steps]) => minutesOf(steps!));
    expect(rows).toEqual(
      [0, 1, 2, 3].map((bin) =>
        LEDGER_STEPS.filter((_, i) => LEDGER_BINS[i] === bin).map((step) => step * MINUTES_PER_STEP),
      ),
    );
  });

  test('counts the candidates as they are', () => {
    expect(page).toContain(`the ${CANDIDATES.length} candidate forecasts`);
    expect(page).toContain(`the model and its ${CANDIDATES.length} candidates`);
  });
});

/** "1 h, 1 h 30 min" or "10, 20, 30 min" → minutes. */
function minutesOf(text: string): number[] {
  return text.split(',').map((part) => {
    const hours = Number(/(\d+) h/.exec(part)?.[1] ?? 0);
    const minutes = Number(/(\d+)(?: min)?\s*$/.exec(part)?.[1] ?? 0);
    return hours * 60 + minutes;
  });
}
