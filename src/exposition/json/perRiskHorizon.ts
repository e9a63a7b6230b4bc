import { RISK_HORIZONS, type RiskHorizon } from '../../core/flow.js';

/** Fields `<prefix>_30m`, `<prefix>_1h`, … */
export function perRiskHorizon<Value>(prefix: string, of: (name: RiskHorizon) => Value): Record<string, Value> {
  return Object.fromEntries(RISK_HORIZONS.map(({ name }) => [`${prefix}_${name}`, of(name)]));
}
