import { describe, expect, it } from 'vitest';
import { type Dashboard, drawnPanels, type Panel } from './form.js';
import { faultsOf } from './houseRules.js';
import { DASHBOARDS } from './written.js';

const by = (uid: string) => DASHBOARDS.find((dashboard) => dashboard.uid === uid)!;
const FLEET = by('linborg-fleet');

it.each(DASHBOARDS)('the dashboard $uid keeps to the rules of all', (dashboard) => {
  expect(faultsOf(dashboard, DASHBOARDS)).toEqual([]);
});

it('there is one for each question, at an address that stays, with its range and how often it is asked', () => {
  const frames = DASHBOARDS.map(({ uid, title, time, refresh }) => [uid, title, `${time.from} to ${time.to}`, refresh]);
  expect(frames).toEqual([
    ['linborg-fleet', 'Who is in danger?', 'now-16h to now+8h', '1m'],
    ['linborg-hosts', 'What are the hosts and containers doing?', 'now-6h to now', '1m'],
    ['linborg-itself', 'Is linborg well?', 'now-1h to now', '30s'],
    ['linborg-server', 'What will happen to this server?', 'now-16h to now+8h', '1m'],
    ['linborg-service', 'Is this service well?', 'now-1h to now', '30s'],
    ['linborg-services', 'Are the services well?', 'now-1h to now', '30s'],
    ['linborg-trust', 'Can I trust it?', 'now-12h to now', '1m'],
  ]);
});

it('one gets from the fleet to a server and from the services to one of them, and back', () => {
  const targets = (dashboard: Dashboard) =>
    [...JSON.stringify(dashboard).matchAll(/"url":"\/d\/([\w-]+)/g)].map(([, uid]) => uid);
  expect(targets(FLEET)).toContain('linborg-server');
  expect(targets(by('linborg-server'))).toContain('linborg-fleet');
  expect(targets(by('linborg-services'))).toContain('linborg-service');
  expect(targets(by('linborg-service'))).toContain('linborg-services');
});

/** A fault and what must be said of it. */
type Planted = readonly [fault: string, plant: (dashboard: Dashboard) => Dashboard, said: RegExp];

const PLANTED: readonly Planted[] = [
  ['a title that asks nothing', (d) => ({ ...d, title: 'Fleet' }), /no question: Fleet/],
  ['no description', (d) => ({ ...d, description: '' }), /does not say how/],
  ['a uid by chance', (d) => ({ ...d, uid: 'x8Jk2' }), /its uid is x8Jk2/],
  ['inputs', (d) => ({ ...d, __inputs: [] }), /__inputs/],
  ['a number', (d) => ({ ...d, id: 7 }), /the number of a dashboard/],
  ['a schema of later', (d) => ({ ...d, schemaVersion: 39 }), /does not know schema 39/],
  ['no data source to choose', (d) => ({ ...d, templating: { list: [] } }), /not the data source/],
  ['a data source of its own', panel({ datasource: { uid: 'P1' } }), /does not ask the data source/],
  ['a panel without a title', panel({ title: '' }), /a panel has no title/],
  ['two of a name', panel({ title: 'Yellow' }), /two panels are called Yellow/],
  ['a panel without a description', panel({ description: 'Risk' }), /no description in sentences/],
  ['a panel without a unit', panel({ fieldConfig: { defaults: {} } }), /has no unit/],
  ['a kind of later', panel({ type: 'newgauge' }), /of a kind that Grafana 10.0 has not: newgauge/],
  ['a panel beyond the edge', panel({ gridPos: { x: 23, y: 1, w: 3, h: 4 } }), /beyond the right edge/],
  ['a panel over another', panel({ gridPos: { x: 3, y: 1, w: 3, h: 4 } }), /lies over/],
  ['a number given twice', panel({ id: 3 }), /given twice/],
  ['a panel above all rows', (d) => ({ ...d, panels: d.panels.slice(1) }), /does not fold/],
  ['a rate over a fixed time', asking('sum(rate(up[5m]))'), /over 5m, not over \$__rate_interval/],
  ['a variable that is not there', asking('up{job="$job"}'), /\$job is asked for and cannot be chosen/],
  [
    'colours of its own for the risk',
    recoloured,
    /Mean risk is a risk score and does not change its colour at 30 and 70/,
  ],
  ['the present at the end of the range', panel({ timeFrom: undefined }, 'Risk by server'), /asked for the end/],
  ['no marks', (d) => ({ ...d, annotations: { list: [] } }), /Model changes are not marked.*|Alerts are not marked/],
  ['marks of one Grafana only', marks({ expr: 'up' }), /otherwise by another Grafana/],
  ['marks in a menu', marks({ placement: 'inControlsMenu' }), /hidden in a menu/],
  ['values of some other time', variable({ refresh: 1 }), /not those of the time range/],
  ['values in no order', variable({ sort: 0 }), /in no order/],
  ['several but not all', variable({ includeAll: false }), /can be several, but not all/],
  ['a long list for all', variable({ allValue: '' }), /a long list/],
  ['a variable for nothing', variable({ name: 'region' }), /region can be chosen, but nothing asks/],
  ['no menu', (d) => ({ ...d, links: [] }), /no menu leads/],
  ['a way that loses the time', clicking('/d/linborg-server?var-datasource=x'), /loses the time range/],
  ['a way that loses the source', clicking('/d/linborg-server?${__url_time_range}'), /loses the data source/],
  ['a way to nowhere', clicking('/d/linborg-x?${__url_time_range}'), /leads nowhere/],
  ['a way with a wrong variable', clicking('/d/linborg-server?var-host=a'), /sets host, which linborg-server has not/],
];

describe('a fault is found', () => {
  it.each(PLANTED)('%s', (_, plant, said) => {
    expect(faultsOf(plant(FLEET), DASHBOARDS)).toEqual(expect.arrayContaining([expect.stringMatching(said)]));
  });
});

type Plant = (dashboard: Dashboard) => Dashboard;

/** Changes the first panel, or the one of this title. */
function panel(change: object, title = 'Red'): Plant {
  const changed = (one: Panel): Panel => (one.title === title ? { ...one, ...change } : one);
  return (dashboard) => ({ ...dashboard, panels: dashboard.panels.map(changed) });
}

function asking(expr: string): Plant {
  const [first] = drawnPanels(FLEET)[0]!.targets!;
  return panel({ targets: [{ ...first!, expr }] });
}

function recoloured(dashboard: Dashboard): Dashboard {
  const { fieldConfig } = drawnPanels(dashboard).find(({ title }) => title === 'Mean risk')!;
  const thresholds = {
    steps: [
      { value: null, color: 'green' },
      { value: 50, color: 'red' },
    ],
  };
  return panel(
    { fieldConfig: { ...fieldConfig, defaults: { ...fieldConfig!.defaults, thresholds } } },
    'Mean risk',
  )(dashboard);
}

function marks(change: object): Plant {
  return ({ annotations: { list }, ...rest }) => ({
    ...rest,
    annotations: { list: list.map((mark) => ({ ...mark, ...change })) },
  });
}

/** Changes the variables but the data source. */
function variable(change: object): Plant {
  return ({ templating: { list }, ...rest }) => ({
    ...rest,
    templating: { list: list.map((one, i) => (i === 0 ? one : { ...one, ...change })) },
  });
}

function clicking(url: string): Plant {
  return panel({ fieldConfig: { defaults: { unit: 'short', links: [{ title: 'More', url }] } } });
}
