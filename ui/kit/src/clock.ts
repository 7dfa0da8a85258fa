/** The wall clock as a reactive value: whatever reads it while it renders is drawn again as time goes on. */
import { createSubscriber } from 'svelte/reactivity';

const everyMinute = createSubscriber((update) => {
  const timer = setInterval(update, 60_000);
  return () => clearInterval(timer);
});

/** Whole seconds since a moment. What reads them is drawn again when the next second is full, and not in between. */
export function secondsSince(moment: () => number): () => number {
  const passed = (): number => Date.now() - moment();
  const everySecond = createSubscriber((update) => {
    const wait = (): number => 1000 - (((passed() % 1000) + 1000) % 1000);
    const tick = (): void => {
      update();
      timer = setTimeout(tick, wait());
    };
    let timer = setTimeout(tick, wait());
    return () => clearTimeout(timer);
  });
  return () => {
    everySecond();
    return Math.max(0, Math.floor(passed() / 1000));
  };
}

/** Milliseconds since 1970, for "today" and "yesterday". */
export function today(): number {
  everyMinute();
  return Date.now();
}
