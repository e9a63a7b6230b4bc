/** The mixin as the rule files that Prometheus reads. */
import { type Document, isScalar, visit, type YAMLMap, Document as YamlDocument } from 'yaml';
import type { Mixin } from './mixin.js';
import type { AlertingRule, RecordingRule, RuleGroup } from './rule.js';

type Group = RuleGroup<AlertingRule> | RuleGroup<RecordingRule>;

const WRITTEN = 'Written by `make rules` from rules/mixin; change it there.';

/** File name → text. */
export function ruleFiles({ prometheusAlerts, prometheusRules }: Mixin): Readonly<Record<string, string>> {
  const ofServices = ({ name }: Group) => name.startsWith('services');
  const ofLinborg = (group: Group) => !ofServices(group);
  const groups: readonly Group[] = [...prometheusRules.groups, ...prometheusAlerts.groups];
  return {
    'recording.yml': render(
      `What dashboards and alerts share, named level:metric:operation as Prometheus recommends.\n${WRITTEN}`,
      prometheusRules.groups.filter(ofLinborg),
    ),
    'alerts.yml': render(
      `Alerts on what linborg says about servers, and on linborg itself. Needs recording.yml beside it.\n${WRITTEN}`,
      prometheusAlerts.groups.filter(ofLinborg),
    ),
    'services.yml': render(
      `The services of a processing pipeline: recording rules and alerts. Independent of linborg.\n${WRITTEN}`,
      groups.filter(ofServices),
    ),
  };
}

function render(head: string, groups: readonly Group[]): string {
  const document = new YamlDocument({
    groups: groups.map(({ name, rules }) => ({ name, rules: rules.map(({ rule }) => rule) })),
  });
  comment(document, groups);
  visit(document, {
    Scalar(_, node) {
      if (!isScalar(node) || typeof node.value !== 'string') return;
      if (node.value.includes('\n')) node.type = 'BLOCK_LITERAL';
      else if (node.value.length > 100) node.type = 'BLOCK_FOLDED';
    },
  });
  return `${head.replaceAll(/^/gm, '# ')}\n${document.toString({ lineWidth: 120, singleQuote: true })}`;
}

function comment(document: Document, groups: readonly Group[]): void {
  groups.forEach((group, i) => {
    const map = asMap(document.getIn(['groups', i]));
    map.spaceBefore = i > 0;
    if (group.why !== undefined) map.commentBefore = lines(group.why);
    group.rules.forEach(({ why }, j) => {
      const node = asMap(document.getIn(['groups', i, 'rules', j]));
      node.spaceBefore = j > 0;
      if (why !== undefined) node.commentBefore = lines(why);
    });
  });
}

const asMap = (node: unknown) => node as YAMLMap;
const lines = (text: string) => text.replaceAll(/^/gm, ' ');
