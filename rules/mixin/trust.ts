/** Alerts on linborg itself: whether it works, and whether what it says can be trusted. */
import type { MixinConfig } from './config.js';
import { type AlertingRule, type AlertSpec, alertingRule, type RuleGroup } from './rule.js';
import { ask } from './sentences.js';

export function exporterAlerts(config: MixinConfig): RuleGroup<AlertingRule> {
  const specs = [down(config), notScoring(config), sourceDown(config), targetFailing(config), seriesDropped(config)];
  return { name: 'linborg-itself', rules: specs.map((spec) => alertingRule(spec, config)) };
}

export function trustAlerts(config: MixinConfig): RuleGroup<AlertingRule> {
  const specs = [
    untrustworthy(config),
    intervalsOff(config),
    probabilitiesOff(config),
    worseThanBaseline(config),
    drift(config),
    baselines(config),
  ];
  return {
    name: 'linborg-truth',
    why: 'Forecasts that came due, against the samples. Evidence gathers by the hour, so these wait for hours.',
    rules: specs.map((spec) => alertingRule(spec, config)),
  };
}

function down({ selector, alerts }: MixinConfig): AlertSpec {
  return {
    alert: 'LinborgDown',
    loudness: 'page',
    timing: alerts.LinborgDown,
    expr: `up{${selector}} == 0 or absent(up{${selector}})`,
    summary: 'linborg {{ with $labels.instance }}at {{ . }} {{ end }}cannot be scraped',
    description:
      'Prometheus has not reached {{ with $labels.instance }}linborg at {{ . }}{{ else }}any target of linborg{{ end }} ' +
      `for ${alerts.LinborgDown.for}: there are no risk scores and no forecasts.`,
  };
}

function notScoring({ alerts }: MixinConfig): AlertSpec {
  return {
    alert: 'LinborgNotScoring',
    why: 'In turn: none succeeded for five minutes and for three of its intervals, when linborg withdraws linborg_servers; none ever did; they succeed but score no server of those that are well.',
    loudness: 'page',
    timing: alerts.LinborgNotScoring,
    expr: `(time() - linborg_cycle_last_success_timestamp_seconds > 300 unless on (job, instance) linborg_servers)
or (increase(linborg_cycles_failed_total[10m]) >= 3
  unless on (job, instance) linborg_cycle_last_success_timestamp_seconds)
or (sum by (job, instance) (linborg_servers{state="ok"}) > 0
  unless on (job, instance) linborg_risk_score)`,
    summary: 'linborg at {{ $labels.instance }} scores no servers',
    description: `linborg at {{ $labels.instance }} answers, but for at least 5 minutes there has been no successful cycle or no risk score, so nothing warns of anything.${ask(
      'printf "increase(linborg_cycles_failed_total{instance=%q}[10m])" $labels.instance',
      '{{ . | first | value | printf "%.0f" }} cycles failed in the last 10 minutes.',
    )}`,
  };
}

function sourceDown({ alerts, trust }: MixinConfig): AlertSpec {
  return {
    alert: 'LinborgSourceDown',
    loudness: 'page',
    timing: alerts.LinborgSourceDown,
    expr: `job_instance_source:linborg_source_queries_failed:ratio_rate10m > ${trust.source_failures}`,
    summary: 'the source {{ $labels.source }} of linborg at {{ $labels.instance }} is down',
    description:
      `For ${alerts.LinborgSourceDown.for} {{ $value | humanizePercentage }} of the queries of linborg at {{ $labels.instance }} ` +
      'to {{ $labels.source }} have failed: its servers go stale, and lose their risk after 15 minutes.',
  };
}

function targetFailing({ alerts, trust }: MixinConfig): AlertSpec {
  return {
    alert: 'LinborgTargetFailing',
    why: 'While a whole source is down, LinborgSourceDown says so and this would add nothing.',
    loudness: 'ticket',
    timing: alerts.LinborgTargetFailing,
    expr: `linborg_source_target_up == 0
unless on (job, instance, source) job_instance_source:linborg_source_queries_failed:ratio_rate10m > ${trust.source_failures}`,
    summary: 'the extra target {{ $labels.metric }} brings nothing from {{ $labels.source }}',
    description:
      `For ${alerts.LinborgTargetFailing.for} the query of the extra target {{ $labels.metric }} has failed at {{ $labels.source }}, or its answer has been no ` +
      'series that the target may give. What it is about loses its forecasts, and a threshold on it warns of nothing. The log of linborg at {{ $labels.instance }} has the reason.',
  };
}

function seriesDropped({ alerts }: MixinConfig): AlertSpec {
  return {
    alert: 'LinborgSeriesDropped',
    loudness: 'ticket',
    timing: alerts.LinborgSeriesDropped,
    expr: 'increase(linborg_series_dropped_total[15m]) > 0',
    summary: 'linborg at {{ $labels.instance }} leaves out forecast series',
    description:
      'linborg at {{ $labels.instance }} left out {{ $value | printf "%.0f" }} forecast series in 15 minutes because of ' +
      'export.max_series: the least risky servers have no linborg_forecast_value. Risks and times to threshold are complete.',
  };
}

function untrustworthy({ alerts, trust }: MixinConfig): AlertSpec {
  const { alarmed_metrics, coverage_hopeless, coverage_low } = trust;
  const alarmed = `metric=~"${alarmed_metrics}"`;
  return {
    alert: 'LinborgForecastUntrustworthy',
    why: 'A metric that alarms stand on: its intervals are hopeless, or they are off and a naive forecast is better as well.',
    loudness: 'page',
    timing: alerts.LinborgForecastUntrustworthy,
    expr: `metric:linborg_forecast_coverage_ratio:avg{${alarmed}} < ${coverage_hopeless}
or (metric:linborg_forecast_coverage_ratio:avg{${alarmed}} < ${coverage_low}
  and on (metric) metric:linborg_forecast_skill_ratio:min < 0)`,
    summary: 'do not trust what linborg says about {{ $labels.metric }}',
    description: `For ${alerts.LinborgForecastUntrustworthy.for} p10 to p90 of the forecasts of {{ $labels.metric }} has held {{ $value | humanizePercentage }} of the samples, where 80% are meant.${ask(
      'printf "metric:linborg_forecast_skill_ratio:min{metric=%q}" $labels.metric',
      'The gain over the best naive forecast is {{ . | first | value | humanizePercentage }}.',
    )} Judge alarms about it by the values themselves.`,
  };
}

function intervalsOff({ alerts, trust }: MixinConfig): AlertSpec {
  return {
    alert: 'LinborgForecastIntervalsOff',
    why: 'Four values in five are meant. Where nothing happens all values are inside, and the interval is narrow: that is well.',
    loudness: 'ticket',
    timing: alerts.LinborgForecastIntervalsOff,
    expr: `metric:linborg_forecast_coverage_ratio:avg < ${trust.coverage_low}
or (metric:linborg_forecast_coverage_ratio:avg > ${trust.coverage_high} and metric:linborg_forecast_width_ratio:avg > 1)`,
    summary: 'p10 to p90 of {{ $labels.metric }} holds {{ $value | humanizePercentage }} of the samples',
    description: `For ${alerts.LinborgForecastIntervalsOff.for} p10 to p90 of the forecasts of {{ $labels.metric }} has held {{ $value | humanizePercentage }} of the samples, where 80% are meant.${ask(
      'printf "metric:linborg_forecast_width_ratio:avg{metric=%q}" $labels.metric',
      'It is {{ . | first | value | printf "%.1f" }} times as wide as the error of the 24 h seasonal naive forecast.',
    )}`,
  };
}

function probabilitiesOff({ alerts, trust }: MixinConfig): AlertSpec {
  return {
    alert: 'LinborgProbabilitiesOff',
    why: 'Tenths of the probability with evidence enough; the recalibration should have mended them within days.',
    loudness: 'ticket',
    timing: alerts.LinborgProbabilitiesOff,
    expr: `abs(linborg_incident_reliability_ratio - linborg_incident_promised_ratio) > ${trust.probability_off}
and linborg_incident_judged_probabilities >= ${trust.probability_cases}`,
    summary:
      'incident probabilities of {{ $labels.bin }} within {{ $labels.horizon }} are off by {{ $value | humanizePercentage }}',
    description:
      `For ${alerts.LinborgProbabilitiesOff.for} the share of the probabilities of {{ $labels.bin }} within {{ $labels.horizon }} that came true ` +
      'has been {{ $value | humanizePercentage }} away from what they promised. Their order may still be right: take them as a ranking.',
  };
}

function worseThanBaseline({ alerts }: MixinConfig): AlertSpec {
  return {
    alert: 'LinborgForecastWorseThanBaseline',
    why: 'The champion gate should have handed over to that baseline within hours.',
    loudness: 'ticket',
    timing: alerts.LinborgForecastWorseThanBaseline,
    expr: 'metric:linborg_forecast_skill_ratio:min < 0',
    summary: 'a baseline forecasts {{ $labels.metric }} better than linborg',
    description: `For ${alerts.LinborgForecastWorseThanBaseline.for} the best baseline has been ahead of the forecasts of {{ $labels.metric }} that were served: the gain over it is {{ $value | humanizePercentage }}.${ask(
      'printf "bottomk(1, avg by (baseline) (linborg_forecast_skill_ratio{metric=%q}))" $labels.metric',
      'It is {{ . | first | label "baseline" }}.',
    )}`,
  };
}

function drift({ alerts, trust }: MixinConfig): AlertSpec {
  const measure = (name: string, limit: number) =>
    `measure:linborg_drift_measure_ratio:max{measure="${name}"} > ${limit}`;
  return {
    alert: 'LinborgModelDrift',
    why: 'Inputs alone may change without harm.',
    loudness: 'ticket',
    timing: alerts.LinborgModelDrift,
    expr: `${measure('per', trust.drift_error_rise)}
and on () (${measure('dss', trust.drift_inputs)} or on () ${measure('fds', trust.drift_shifted)})`,
    summary:
      'forecast errors ({{ $labels.measure }}) are {{ $value | humanizePercentage }} above those of the first days, ' +
      'and inputs have drifted',
    description: `For ${alerts.LinborgModelDrift.for} the forecast error has been above that of the model's first days, now by {{ $value | humanizePercentage }}, while the inputs differ from those of the first week.${ask(
      '"topk(1, metric:linborg_drift_score:max)"',
      'Farthest is {{ . | first | label "metric" }} with {{ . | first | value | printf "%.2f" }}; above 0.2 is another distribution.',
    )}`,
  };
}

function baselines({ alerts, trust }: MixinConfig): AlertSpec {
  return {
    alert: 'LinborgBaselinesServe',
    loudness: 'ticket',
    timing: alerts.LinborgBaselinesServe,
    expr: `count by (job, instance) (linborg_model_serving{profile="",
  model=~"persistence|mean_1h|predict_linear_4h|seasonal_naive_24h|median_7d|median_7d_level"})
/ count by (job, instance) (linborg_model_serving{profile=""}) > ${trust.baselines_share}`,
    summary: 'baselines serve {{ $value | humanizePercentage }} of the metrics of linborg at {{ $labels.instance }}',
    description:
      `For ${alerts.LinborgBaselinesServe.for} the champion gate of linborg at {{ $labels.instance }} has found baselines better than the ` +
      'model for {{ $value | humanizePercentage }} of the metrics, and serves those.',
  };
}
