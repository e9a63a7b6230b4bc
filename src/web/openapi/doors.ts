/** Every door of linborg, as the OpenAPI document tells it. A test holds it to the routes. */

import type { Door } from './door.js';
import { ACTION_DOORS } from './doors/actions.js';
import { ADMIN_DOORS } from './doors/admin.js';
import { FEED_DOORS } from './doors/feed.js';
import { FLEET_DOORS } from './doors/fleet.js';
import { FORECAST_DOORS } from './doors/forecasts.js';
import { HISTORICAL_DOORS } from './doors/historical.js';
import { PAGE_DOORS } from './doors/pages.js';
import { PROMETHEUS_DOORS } from './doors/prometheus.js';
import { STATE_DOORS } from './doors/state.js';

export const DOORS: readonly Door[] = [
  ...FORECAST_DOORS,
  ...HISTORICAL_DOORS,
  ...STATE_DOORS,
  ...FLEET_DOORS,
  ...FEED_DOORS,
  ...ADMIN_DOORS,
  ...ACTION_DOORS,
  ...PROMETHEUS_DOORS,
  ...PAGE_DOORS,
];
