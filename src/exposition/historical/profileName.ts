import { PROFILE_DISPLAY_NAMES } from '../../core/profiles.js';

/** The display name of a recorded profile; one that is none of ours, or none, is the generic one. */
export function profileNameOf(label: string | undefined): string {
  const names: Readonly<Record<string, string>> = PROFILE_DISPLAY_NAMES;
  return names[label ?? ''] ?? PROFILE_DISPLAY_NAMES.generic;
}
