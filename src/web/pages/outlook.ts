/** What is going to happen, to whom, when and why: a sentence and a few lines above all else on the fleet page. */
import type { Risk } from '../../core/flow.js';
import { PROFILE_DISPLAY_NAMES } from '../../core/profiles.js';
import { topReasons } from '../../core/topReasons.js';
import { isScored, type ScoredServer } from '../../exposition/json/scored.js';
import type { PublishedCycle } from '../../exposition/publishedCycle.js';
import { earliestSeconds, type Prospect, prospectOf } from './firstThreshold.js';
import { serverAddress } from './fleetTable.js';
import { type Html, html } from './html.js';
import { describeClock, describeCount, describeRatio, describeUntil } from './words.js';

/** More lines are no glance. */
const MOST_LINES = 5;

type Kind = 'beyond' | 'expected' | 'possible';

/** A server with something ahead. */
interface Coming {
  readonly server: ScoredServer;
  readonly kind: Kind;
  readonly prospect: Prospect;
}

export function renderOutlook({ servers, at }: PublishedCycle): Html {
  const coming = servers.filter(isScored).flatMap(judge);
  const of = (kind: Kind) => coming.filter((one) => one.kind === kind);
  const expected = of('expected').sort((a, b) => secondsUntil(a) - secondsUntil(b));
  const ordered = [...of('beyond'), ...expected, ...of('possible')];
  const more = ordered.length - MOST_LINES;
  return html`<section class="card outlook" aria-label="What is going to happen">
<h1>${summarize(of('beyond').length, expected, of('possible').length, servers.some(isScored))}</h1>
${ordered.length === 0 ? undefined : html`<ol>${ordered.slice(0, MOST_LINES).map((one) => renderLine(one, at))}</ol>`}
${more > 0 ? html`<p class="small"><a href="#servers">and ${describeCount(more, 'more server')}</a></p>` : undefined}
</section>`;
}

/** A low risk beyond a threshold is how that server usually is, and no news. */
function judge(server: ScoredServer): Coming[] {
  const prospect = prospectOf(server.risk);
  const isLow = server.risk.color === 'green';
  if (prospect.beyond.length > 0 && !isLow) return [{ server, kind: 'beyond', prospect }];
  if (typeof prospect.ahead?.seconds.p50 === 'number') return [{ server, kind: 'expected', prospect }];
  return isLow ? [] : [{ server, kind: 'possible', prospect }];
}

function summarize(beyond: number, expected: readonly Coming[], possible: number, hasRisks: boolean): string {
  if (!hasRisks) return 'No server has a risk yet.';
  const next = expected[0];
  const first = next && `the first ${describeUntil(secondsUntil(next))}`;
  const areExpected = (subject: string, what: string) =>
    `${subject} ${expected.length === 1 ? 'is' : 'are'} expected to cross ${what} within 8 h, ${first}`;
  const isBeyond = `${describeCount(beyond, 'server')} ${beyond === 1 ? 'is' : 'are'} beyond a threshold now`;
  if (beyond > 0 && next) return `${isBeyond}; ${areExpected(`${expected.length} more`, 'one')}.`;
  if (beyond > 0) return `${isBeyond}; no other is expected to cross one within 8 h.`;
  if (next) return `${areExpected(describeCount(expected.length, 'server'), 'a threshold')}.`;
  return `No server is expected to cross a threshold within 8 h${possible === 0 ? '' : `; ${possible} may`}.`;
}

function secondsUntil({ prospect }: Coming): number {
  return prospect.ahead?.seconds.p50 ?? Infinity;
}

function renderLine({ server: { frame, risk }, kind, prospect }: Coming, at: number): Html {
  const metric = kind === 'beyond' ? undefined : prospect.ahead?.metric;
  const reason = risk.contributions.find((one) => one.metric === metric) ?? topReasons(risk)[0];
  return html`<li><div class="when">${renderWhen(kind, prospect, at)}</div><div><a href="${serverAddress(frame.server)}"><bdi>${frame.server}</bdi></a> <span class="small muted">${PROFILE_DISPLAY_NAMES[frame.profile]}</span></div><div>${reason?.reason}${renderChance(kind, risk, metric)}</div></li>\n`;
}

function renderWhen(kind: Kind, { ahead }: Prospect, at: number): Html {
  if (kind === 'beyond') return html`<b class="red-text">now</b>`;
  const earliest = ahead && earliestSeconds(ahead);
  const seconds = ahead?.seconds.p50 ?? earliest;
  if (seconds === undefined || seconds === null) return html`<b>within 8 h</b>`;
  return html`<b>${kind === 'expected' ? '' : 'maybe '}${describeUntil(seconds)}</b> <span class="small muted one-line">${describeClock(at + seconds)}</span>`;
}

/** Of a crossing that is to come; what is crossed already has none. */
function renderChance(kind: Kind, risk: Risk, metric: string | undefined): Html | undefined {
  const chance = risk.thresholds.find((one) => one.metric === metric)?.probability?.['8h'];
  if (kind === 'beyond' || chance === undefined) return undefined;
  return html` <span class="small muted one-line">chance within 8 h ${describeRatio(chance)}</span>`;
}
