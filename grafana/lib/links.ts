/** Ways from one dashboard into another; both keep the time range and the data source. */

const KEPT = '${__url_time_range}&var-datasource=${datasource}';

/** @param server  its name, or what Grafana puts it in for */
export function toServer(server: string): string {
  return `/d/linborg-server?${KEPT}&var-server=${server}`;
}

/** What a click on a series with the label `server` opens. */
export const TO_ITS_SERVER = {
  title: 'What will happen to ${__field.labels.server}?',
  url: toServer('${__field.labels.server}'),
} as const;

/** @param service  its name, or what Grafana puts it in for */
export function toService(service: string): string {
  return `/d/linborg-service?${KEPT}&var-service=${service}`;
}
