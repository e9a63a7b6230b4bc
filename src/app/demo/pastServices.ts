/** What Prometheus would have scraped from the simulated services before it ran. */
import { serviceLabels } from '../../simulator/listen.js';
import { SERVICES } from '../../simulator/services/service.js';
import { servicePage } from '../../simulator/services/servicePage.js';
import type { WriteSeries } from '../../simulator/writeRequest.js';
import { SeriesBook } from './seriesBook.js';

/** A rate over five minutes finds several. */
const EVERY_SECONDS = 60;
/** Enough for the trend against the hour before. */
const SPAN_SECONDS = 3 * 3600;

export function pastServices({ until }: { readonly until: number }): WriteSeries[] {
  const first = Math.ceil((until - SPAN_SECONDS) / EVERY_SECONDS);
  const end = Math.ceil(until / EVERY_SECONDS);
  return SERVICES.flatMap((service) => {
    const book = new SeriesBook(serviceLabels(service.name));
    for (let step = first; step < end; step++)
      book.add(servicePage(service, step * EVERY_SECONDS), [step * EVERY_SECONDS]);
    return book.series();
  });
}
