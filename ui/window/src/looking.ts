/** Whether the agent can be looking at the window: it is neither hidden nor behind another program. */
export const isLooking = (): boolean => document.visibilityState === 'visible' && document.hasFocus();
