export interface ListenAddress {
  /** Host name or IP address; undefined = all interfaces. */
  readonly host: string | undefined;
  /** 0 = any free port. */
  readonly port: number;
}

/** Reads `host:port` as in Prometheus' flags; the host may be empty, an IPv6 address stands in brackets. */
export function parseListenAddress(text: string): ListenAddress | undefined {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]/\s]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) return undefined;
  return { host: match[1] || match[2] || undefined, port };
}

/** The address as a person writes it, e.g. `[::1]:9877` or `:9877`. */
export function formatListenAddress({ host, port }: ListenAddress): string {
  return `${host?.includes(':') ? `[${host}]` : (host ?? '')}:${port}`;
}
