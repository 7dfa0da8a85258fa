/** Starts the whole window over a fake host. */
import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import App from '../App.svelte';
import { FakeHost } from '../platform/fake/fakeHost';

export async function startApp(host = new FakeHost()): Promise<{ host: FakeHost; user: ReturnType<typeof userEvent.setup> }> {
  render(App, { host });
  await screen.findByTestId(host.startFailure ? 'start-failure' : 'status-strip');
  return { host, user: userEvent.setup() };
}
