/** Pages for people. */
import type { Door } from '../door.js';
import { SERVER_PARAMETER } from './forecasts.js';

const page = (path: string, summary: string): Door => ({
  method: 'get',
  path,
  tag: 'pages',
  summary,
  access: 'open',
  answers: { 200: { description: 'The page', types: ['text/html'] } },
});

export const PAGE_DOORS: readonly Door[] = [
  page('/', 'The fleet'),
  page('/trust', 'How far to trust the forecasts'),
  page('/model', 'The card of the model'),
  page('/activity', 'Recent cycles and queries'),
  page('/configuration', 'The configuration in force'),
  {
    ...page('/servers/:server', 'One server'),
    parameters: SERVER_PARAMETER,
    answers: {
      200: { description: 'The page', types: ['text/html'] },
      404: { description: 'There is no such server now', types: ['text/html'] },
    },
  },
];
