/** The configuration of benchmarks: every default, a source that is never asked, any free port. */
import { type Config, loadConfig } from '../../config/load.js';

const TEXT =
  'max_servers: 1000000\nsources: [{ prometheus: { url: "http://127.0.0.1:9" } }]\nweb: { listen_address: "127.0.0.1:0" }\n';

export function benchConfig(): Config {
  return loadConfig(TEXT, 'bench', {});
}
