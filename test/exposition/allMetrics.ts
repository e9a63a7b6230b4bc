import { CYCLE_METRICS } from '../../src/exposition/catalogue/cycle.js';
import { EXPORTER_METRICS } from '../../src/exposition/catalogue/exporter.js';
import { FLEET_METRICS } from '../../src/exposition/catalogue/fleet.js';
import { TRUTH_METRICS } from '../../src/exposition/catalogue/truth.js';

/** The whole catalogue, in the order of the table in docs/metrics.md. */
export const ALL_METRICS = [...CYCLE_METRICS, ...FLEET_METRICS, ...TRUTH_METRICS, ...EXPORTER_METRICS];
