/** The wall clock as a reactive value: whatever reads it while it renders is drawn again as time goes on. */
import { createSubscriber } from 'svelte/reactivity';

const everyQuarterSecond = createSubscriber((update) => {
  const timer = setInterval(update, 250);
  return () => clearInterval(timer);
});

const everyMinute = createSubscriber((update) => {
  const timer = setInterval(update, 60_000);
  return () => clearInterval(timer);
});

/** Milliseconds since 1970, for timers. */
export function now(): number {
  everyQuarterSecond();
  return Date.now();
}

/** Milliseconds since 1970, for "today" and "yesterday". */
export function today(): number {
  everyMinute();
  return Date.now();
}
