/** Labels of the scraped series that a user wants to see again beside a server: `env`, `team`, `datacenter`. */

/** By name; none is empty. */
export type ServerLabels = Readonly<Record<string, string>>;

/** Labels that the series of the future have of themselves. */
export const FUTURE_LABELS = ['__name__', 'age', 'level', 'metric', 'profile', 'server'] as const;

export const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
