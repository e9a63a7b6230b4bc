import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeriesBook } from '../../../src/app/demo/seriesBook.js';
import { escapeLabelValue } from '../../../src/exposition/seriesText.js';

describe('the book of series', () => {
  it('puts the same series of several pages one after the other, with the labels of the scrape', () => {
    const book = new SeriesBook({ job: 'linborg' });
    book.add('# HELP a Help.\n# TYPE a gauge\na{server="x"} 1\nb 2.5\n', [100, 200]);
    book.add('a{server="x"} 3\n', [300]);
    const series = book
      .series()
      .map(({ labels, times, values }) => ({ labels, times: [...times], values: [...values] }));
    expect(series).toEqual([
      { labels: { __name__: 'a', job: 'linborg', server: 'x' }, times: [100, 200, 300], values: [1, 1, 3] },
      { labels: { __name__: 'b', job: 'linborg' }, times: [100, 200], values: [2.5, 2.5] },
    ]);
  });

  it('says when a series was gone, and when all of them were', () => {
    const book = new SeriesBook({});
    book.add('a 1\nb 1\n', [100, 200]);
    book.add('b 2\n', [300, 400]);
    book.add('a 3\nb 3\n', [500]);
    expect(book.series(550).map(({ goneAt }) => goneAt)).toEqual([[300, 550], [550]]);
  });

  it('knows infinity and not-a-number', () => {
    const book = new SeriesBook({});
    book.add('a +Inf\nb -Inf\nc NaN\n', [1]);
    expect(book.series().map(({ values }) => values[0])).toEqual([Infinity, -Infinity, Number.NaN]);
  });

  it('reads every label value that the page can hold', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const book = new SeriesBook({});
        book.add(`a{server="${escapeLabelValue(value)}",metric="m"} 1\n`, [1]);
        expect(book.series()[0]?.labels).toEqual({ __name__: 'a', server: value, metric: 'm' });
      }),
    );
  });
});
