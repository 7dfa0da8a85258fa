/** The four sections of the compact window. */
import Clock from '@lucide/svelte/icons/clock';
import Grip from '@lucide/svelte/icons/grip';
import Settings from '@lucide/svelte/icons/settings-2';
import Users from '@lucide/svelte/icons/users';

export const tabs = [
  { name: 'keypad', icon: Grip },
  { name: 'history', icon: Clock },
  { name: 'team', icon: Users },
  { name: 'settings', icon: Settings },
] as const;

export type TabName = (typeof tabs)[number]['name'];
