/** Names of what can be called. The engine names people; services have words of ours. */
import { t } from '@mobilecall/kit/i18n';

const services: Readonly<Record<string, string>> = { '*43': 'service-echo' };

/** The name to show for an address: a service in the agent's language, otherwise the name that is known. */
export function nameOfTarget(target: { address: string; name: string | null }): string | null {
  const service = services[target.address];
  return service ? t(service) : target.name;
}
