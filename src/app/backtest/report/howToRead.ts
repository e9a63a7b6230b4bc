/** The measures in a line each, and what the figures cannot say. */
import { type Html, html } from '../../../web/pages/html.js';

const ALARM_TERMS = html`
<dt>Onset</dt><dd>The moment from which a value stays beyond its threshold. What is beyond it already is a state, and no prediction.</dd>
<dt>Recall, lead</dt><dd>The share of the onsets before which an alarm began, and how long before.</dd>
<dt>Precision</dt><dd>The share of the alarms that an onset followed within the time they claim.</dd>
<dt>Limit</dt><dd>The score from which on a method alarms: a probability, a share of the threshold, a share of the days, points of the risk score; of a line, the hours until it crosses.</dd>
<dt>Trap</dt><dd>Planned work in labels.csv that looks like an incident. Who alarms during it has fallen for it.</dd>
<dt>AUROC</dt><dd>The chance that a moment before an onset scores higher than one before none: 0.5 is guessing. Within servers it says when; over all it says mostly where.</dd>
<dt>Reliability</dt><dd>Of the moments that were given 30%, three in ten should be followed by an onset: dots on the diagonal.</dd>`;

export function renderHowToRead(hasAlarms: boolean): Html {
  return html`<section id="reading"><h2>How to read it</h2><div class="card measured"><dl class="about">
<dt>MASE</dt><dd>How far the median forecast missed, divided by how far "the same as 24 h before" misses on this series: 0.7 means 30% less. Below 1 is better than yesterday's values.</dd>
<dt>Ratio</dt><dd>A method's MASE divided by that of the best method by hand, series by series, then the mean. Below 1 it would have helped. The best method by hand is chosen per data set with the outcome known, which nobody can do beforehand: the bar is high on purpose.</dd>
<dt>WQL</dt><dd>Weighted quantile loss: the error of p10, p50 and p90 together, as a share of the values' size. It punishes bands that are too wide as well as bands that are missed.</dd>
<dt>Coverage</dt><dd>The share of values that came to lie within p10–p90. It should be 80%: less means the band promises too much, more means it says too little.</dd>
<dt>Width</dt><dd>The mean distance of p10 and p90 in units of the MASE scale, so that a good coverage is not bought with a wide band unseen.</dd>
<dt>Interval</dt><dd>Where the figure would lie with other servers of the same kind: 95% of the bootstrap draws. If it holds 1, the difference is not certain.</dd>${hasAlarms ? ALARM_TERMS : undefined}
</dl>
<h3>What it cannot say</h3>
<ul class="findings">
<li>It looks back: it says what would have been, on these servers and days. A fleet that changes may behave otherwise.</li>
<li>Medians over series hide the few that matter most to you. The worst ones are drawn above; look there first.</li>
<li>A small mean error is no promise of a warning: rare jumps without a sign beforehand are missed by every method here.</li>
<li>Figures of groups with few series wander; count the series before you trust a row.</li>
<li>Intervals take servers as independent. Servers that share load are not, so the true intervals are wider.</li>
</ul></div></section>`;
}
