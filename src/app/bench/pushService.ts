/** A real service without a Prometheus, in this process. */
import { pino } from 'pino';
import { loadConfig } from '../../config/load.js';
import { Service } from '../service/service.js';

/** @param folder  its `data_dir` */
export async function startPushService(folder: string): Promise<{ readonly service: Service; readonly url: string }> {
  const text = JSON.stringify({
    push: { enabled: true },
    web: { listen_address: '127.0.0.1:0', rate_limits: { feed_per_minute: 0 } },
    data_dir: folder,
  });
  const config = loadConfig(text, 'bench', {});
  return Service.start({ config, readConfig: async () => config, log: pino({ level: 'silent' }) });
}
