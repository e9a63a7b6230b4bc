/** Which hosts a panel shows. */

/** Those chosen at the top, whatever the port: node_exporter and cAdvisor of a host have different ones. */
export const HOST = 'instance=~"($instance)(:[0-9]+)?"';
/** What of `instance` is the host. */
export const WITHOUT_PORT = '/^(.+?)(?::\\d+)?$/';
