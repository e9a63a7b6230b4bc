/** What every dashboard must keep to: each rule looks at its JSON and says in words what is wrong. */
import { allPanels, type Dashboard, drawnPanels, type Link, type Panel } from './form.js';

/** Sentences, none where all is well. */
type Rule = (dashboard: Dashboard, all: readonly Dashboard[]) => readonly string[];

/** What is wrong with a dashboard; the others are those that its links may lead to. */
export function faultsOf(dashboard: Dashboard, all: readonly Dashboard[]): readonly string[] {
  return RULES.flatMap((rule) => rule(dashboard, all));
}

const DATASOURCE_UID = '${datasource}';
/** The newest that Grafana 10.0 knows. A newer Grafana brings an older one up to its own, an older Grafana does not understand a newer one. */
const SCHEMA_VERSION = 38;
/** Kinds of panels that Grafana 10.0 brings along. */
const KINDS: readonly string[] = ['timeseries', 'stat', 'bargauge', 'table', 'state-timeline'];
const COLUMNS = 24;
/** What Grafana itself puts in. */
const OF_GRAFANA: readonly string[] = ['__rate_interval', '__range'];

const asksAQuestion: Rule = ({ title, description, uid }) => [
  ...said(!title.endsWith('?'), `its title is no question: ${title}`),
  ...said(description.length < 40, 'its description does not say how the question is answered'),
  ...said(!uid.startsWith('linborg-'), `its uid is ${uid}, not linborg-…`),
];

const canBeImported: Rule = (dashboard) => {
  const [first] = dashboard.templating.list;
  const isChoosable = first?.name === 'datasource' && first.type === 'datasource' && first.query === 'prometheus';
  return [
    ...said(!isChoosable, 'its first variable is not the data source'),
    ...said('__inputs' in dashboard, 'it has __inputs, which have to be filled in'),
    ...said('id' in dashboard, 'it has the number of a dashboard in somebody’s Grafana'),
    ...said(dashboard.schemaVersion > SCHEMA_VERSION, `Grafana 10.0 does not know schema ${dashboard.schemaVersion}`),
  ];
};

const asksTheChosenDataSource: Rule = ({ templating, annotations, panels }) => {
  const askers: readonly (readonly [string, unknown])[] = [
    ...templating.list.slice(1).map(({ name, datasource }) => [name, datasource] as const),
    ...annotations.list.flatMap(({ name, datasource, target }) => [
      [name, datasource] as const,
      [name, target.datasource] as const,
    ]),
    ...drawnPanels({ panels }).flatMap(({ title, datasource, targets = [] }) => [
      [title, datasource] as const,
      ...targets.map((target) => [title, target.datasource] as const),
    ]),
  ];
  return askers
    .filter(([, datasource]) => (datasource as { uid?: string } | undefined)?.uid !== DATASOURCE_UID)
    .map(([name]) => `${name} does not ask the data source that is chosen at the top`);
};

const saysWhatItShows: Rule = (dashboard) => {
  const panels = drawnPanels(dashboard);
  const titles = panels.map(({ title }) => title);
  return [
    ...titles.filter((title, i) => titles.indexOf(title) !== i).map((title) => `two panels are called ${title}`),
    ...panels.flatMap(({ title, description = '', fieldConfig, type }) => [
      ...said(title === '', 'a panel has no title'),
      ...said(!/^[\p{Lu}\d].{20,}[.)]$/su.test(description), `${title} has no description in sentences`),
      ...said(!fieldConfig?.defaults.unit, `${title} has no unit`),
      ...said(!KINDS.includes(type), `${title} is of a kind that Grafana 10.0 has not: ${type}`),
    ]),
    ...panels.flatMap(valueColumns).flatMap(({ title, unit }) => said(unit === undefined, `${title} has no unit`)),
  ];
};

const coloursRiskAt30And70: Rule = (dashboard) => {
  const steps = [
    { value: null, color: 'green' },
    { value: 30, color: 'yellow' },
    { value: 70, color: 'red' },
  ];
  const isRight = (thresholds: unknown) =>
    JSON.stringify((thresholds as { steps?: unknown } | undefined)?.steps) === JSON.stringify(steps);
  const panels = drawnPanels(dashboard);
  const scores = [
    ...panels
      .filter(({ type, targets = [] }) => type !== 'table' && targets.every(isScore))
      .map(({ title, fieldConfig }) => ({ title, thresholds: fieldConfig?.defaults.thresholds })),
    ...panels.flatMap(valueColumns).filter(isScore),
  ];
  return scores
    .filter(({ thresholds }) => !isRight(thresholds))
    .map(({ title }) => `${title} is a risk score and does not change its colour at 30 and 70`);
};

/** Whether it asks for a score, and not only of whom there is one. */
function isScore({ expr }: { readonly expr: string }): boolean {
  return /risk_score/.test(expr.split(' and on ')[0]!);
}

const isLaidOut: Rule = (dashboard) => {
  const all = allPanels(dashboard);
  return [
    ...said(dashboard.panels[0]?.type !== 'row', 'a panel stands above all rows, so it does not fold'),
    ...all.filter(({ type, title }) => type === 'row' && title === '').map(() => 'a row has no title'),
    ...said(new Set(all.map(({ id }) => id)).size < all.length, 'a number is given twice'),
    ...all
      .filter(({ gridPos: { x, w } }) => x + w > COLUMNS)
      .map(({ title }) => `${title} reaches beyond the right edge`),
    ...all.flatMap((one, i) =>
      all
        .slice(i + 1)
        .filter((other) => overlap(one, other))
        .map(({ title }) => `${one.title} lies over ${title}`),
    ),
  ];
};

function overlap({ gridPos: a }: Panel, { gridPos: b }: Panel): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

const takesRatesOverWhatFits: Rule = (dashboard) =>
  expressions(dashboard).flatMap((expr) =>
    [...expr.matchAll(/\b(?:rate|increase|irate|delta|deriv)\((?:[^"()[\]]|"[^"]*")*\[([^\]]*)\]/g)]
      .filter(([, range]) => range !== '$__rate_interval' && range !== '$__range')
      .map(([, range]) => `a rate is taken over ${range}, not over $__rate_interval: ${expr}`),
  );

const asksForThePresentNow: Rule = (dashboard) =>
  dashboard.time.to === 'now'
    ? []
    : drawnPanels(dashboard)
        .filter(({ targets = [], timeFrom }) => targets.some(({ instant }) => instant) && timeFrom === undefined)
        .map(({ title }) => `${title} is about the present and would be asked for the end of the range`);

const marksWhatHappened: Rule = ({ annotations, time }) => {
  const wanted = ['Alerts', 'Actions', 'Model changes', ...(time.to === 'now' ? [] : ['Now'])];
  const names = annotations.list.map(({ name }) => name);
  return [
    ...wanted.filter((name) => !names.includes(name)).map((name) => `${name} are not marked`),
    // Grafana asks for the one until 11, for the other since.
    ...annotations.list
      .filter(({ expr, target, step }) => target.expr !== expr || target.interval !== step)
      .map(({ name }) => `${name} would be marked otherwise by another Grafana`),
    // Since Grafana 12 it hides what stands there.
    ...annotations.list.filter((mark) => 'placement' in mark).map(({ name }) => `${name} are hidden in a menu`),
  ];
};

const offersWhatThereIs: Rule = (dashboard) => {
  const variables = dashboard.templating.list.slice(1);
  const asked = [...expressions(dashboard), ...variables.map(({ query }) => String(query))].join('\n');
  const used = new Set([...asked.matchAll(/\$\{?([a-z_]\w*)/gi)].map(([, name]) => name!));
  return [
    ...variables.flatMap(({ name, refresh, sort, multi, includeAll, allValue }) => [
      ...said(refresh !== 2, `the values of ${name} are not those of the time range`),
      ...said(sort !== 1, `the values of ${name} are in no order`),
      ...said(multi !== includeAll, `${name} can be several, but not all, or the other way round`),
      ...said(multi === true && allValue !== '.*', `all of ${name} would be a long list in every query`),
      ...said(!used.has(name), `${name} can be chosen, but nothing asks for it`),
    ]),
    ...[...used]
      .filter((name) => !OF_GRAFANA.includes(name) && !variables.some((variable) => variable.name === name))
      .map((name) => `$${name} is asked for and cannot be chosen`),
  ];
};

const leadsToTheOthers: Rule = (dashboard, all) => {
  const menu = dashboard.links.find(({ type }) => type === 'dashboards');
  return [
    ...said(!menu?.tags?.includes('linborg') || !menu.includeVars, 'no menu leads to the other dashboards'),
    ...dashboard.links.filter(({ type }) => type === 'link').flatMap((link) => faultsOfWayBack(link, all)),
    ...drawnPanels(dashboard)
      .flatMap(linksOf)
      .flatMap((link) => faultsOfClick(link, all)),
  ];
};

function faultsOfWayBack({ title, url = '', keepTime, includeVars }: Link, all: readonly Dashboard[]): string[] {
  return [
    ...said(!all.some(({ uid }) => url === `/d/${uid}`), `${title} leads nowhere: ${url}`),
    ...said(!keepTime || !includeVars, `${title} loses the time range or the variables`),
  ];
}

function faultsOfClick({ title, url = '' }: Link, all: readonly Dashboard[]): string[] {
  const [, uid = '', query = ''] = /^\/d\/([\w-]+)\?(.+)$/.exec(url) ?? [];
  const there = all.find((dashboard) => dashboard.uid === uid);
  const set = [...query.matchAll(/var-(\w+)=/g)].map(([, name]) => name!);
  const isThere = (name: string) => there?.templating.list.some((variable) => variable.name === name);
  return [
    ...said(there === undefined, `${title} leads nowhere: ${url}`),
    ...said(!query.includes('${__url_time_range}'), `${title} loses the time range`),
    ...said(!set.includes('datasource'), `${title} loses the data source`),
    ...set.filter((name) => there && !isThere(name)).map((name) => `${title} sets ${name}, which ${uid} has not`),
  ];
}

const RULES: readonly Rule[] = [
  ...[asksAQuestion, canBeImported, asksTheChosenDataSource, saysWhatItShows, coloursRiskAt30And70, isLaidOut],
  ...[takesRatesOverWhatFits, asksForThePresentNow, marksWhatHappened, offersWhatThereIs, leadsToTheOthers],
];

function said(isWrong: boolean, sentence: string): string[] {
  return isWrong ? [sentence] : [];
}

/** What panels ask for. */
function expressions(dashboard: Dashboard): string[] {
  return drawnPanels(dashboard).flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
}

/** Those of all values, and those of single columns and series. */
function linksOf({ fieldConfig }: Panel): Link[] {
  const ofSome = (fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
    properties.filter(({ id }) => id === 'links').flatMap(({ value }) => value as Link[]),
  );
  return [...(fieldConfig?.defaults.links ?? []), ...ofSome];
}

interface ValueColumn {
  readonly title: string;
  readonly expr: string;
  readonly unit: unknown;
  readonly thresholds: unknown;
}

/** The columns of a table that hold what its queries found, the hidden ones left out. */
function valueColumns({ type, targets = [], transformations = [], fieldConfig }: Panel): ValueColumn[] {
  if (type !== 'table') return [];
  const organize = transformations.at(-1) as {
    readonly options: {
      readonly renameByName: Readonly<Record<string, string>>;
      readonly excludeByName: Readonly<Record<string, boolean>>;
    };
  };
  return targets.flatMap(({ refId, expr }) => {
    const field = targets.length === 1 ? 'Value' : `Value #${refId}`;
    const title = organize.options.renameByName[field]!;
    if (organize.options.excludeByName[field]) return [];
    const override = fieldConfig?.overrides?.find(({ matcher }) => matcher.options === title);
    const property = (id: string) => override?.properties.find((one) => one.id === id)?.value;
    return [{ title, expr, unit: property('unit'), thresholds: property('thresholds') }];
  });
}
