/** All dashboards, one for each question. */
import { fleetDashboard } from './fleet.js';
import { hostsDashboard } from './hosts.js';
import type { BuiltDashboard } from './lib/dashboard.js';
import { linborgDashboard } from './linborg.js';
import { serverDashboard } from './server.js';
import { serviceDashboard, servicesDashboard } from './services.js';
import { trustDashboard } from './trust.js';

export function dashboards(): readonly BuiltDashboard[] {
  return [
    fleetDashboard(),
    serverDashboard(),
    trustDashboard(),
    linborgDashboard(),
    servicesDashboard(),
    serviceDashboard(),
    hostsDashboard(),
  ];
}
