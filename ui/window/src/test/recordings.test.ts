import { plain } from '@mobilecall/kit/test/plain';
import { cleanup, fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, describe, expect, test } from 'vitest';
import type { RecordingStanding } from '../ipc';
import { FakeHost } from '../platform/fake/fakeHost';
import { history, recording } from '../platform/fake/fixtures';
import { startApp } from './app';

afterEach(cleanup);

const entries = history();
const recorded = entries[0];
if (!recorded?.recorded) throw new Error('the first row has a recording');

async function openHistory(host = new FakeHost({}, entries)): ReturnType<typeof startApp> {
  const started = await startApp(host);
  await started.user.click(screen.getByTestId('tab-history'));
  await screen.findAllByTestId('history-row');
  return started;
}

describe('a recording in the history', () => {
  test('is offered where there is one, and played in its row', async () => {
    const { host, user } = await openHistory();
    const rows = screen.getAllByTestId('history-row');
    expect(rows.map((row) => within(row).queryByTestId('history-listen') !== null)).toEqual(entries.map((entry) => entry.recorded));
    await user.click(screen.getByRole('button', { name: /Play the recording of the call with .*Sara Khan/u }));
    expect(host.sent('playRecording')).toEqual([{ type: 'playRecording', call: recorded.id }]);
    await within(rows[0] as HTMLElement).findByTestId('recording');
    expect(plain(screen.getByTestId('recording-time'))).toBe('00:00 / 04:14');
    await user.click(screen.getByRole('button', { name: 'Pause' }));
    expect(host.sent('pauseRecording')).toHaveLength(1);
    await user.click(await screen.findByRole('button', { name: 'Play' }));
    expect(host.sent('playRecording')).toHaveLength(2);
    await user.click(screen.getByRole('button', { name: /Close the recording/u }));
    await waitFor(() => expect(screen.queryByTestId('recording')).toBeNull());
  });

  test('has a slider for its place that says where it is, and a choice of speeds', async () => {
    const { host, user } = await openHistory(new FakeHost({ recording: recording() }, entries));
    const place = screen.getByRole('slider', { name: 'Place in the recording' });
    expect(place.getAttribute('aria-valuetext')?.replace(/[\u2066-\u2069]/g, '')).toBe('01:36 of 04:14');
    await fireEvent.input(place, { target: { value: '200000' } });
    expect(host.sent('seekRecording')).toEqual([{ type: 'seekRecording', positionMs: 200_000 }]);
    await waitFor(() => expect(plain(screen.getByTestId('recording-time'))).toBe('03:20 / 04:14'));
    host.emit({ type: 'recordingPosition', call: recorded.id, positionMs: 201_000 });
    await waitFor(() => expect(plain(screen.getByTestId('recording-time'))).toBe('03:21 / 04:14'));
    await user.selectOptions(screen.getByRole('combobox', { name: 'Speed' }), '150');
    expect(host.sent('setRecordingSpeed')).toEqual([{ type: 'setRecordingSpeed', percent: 150 }]);
  });

  test('is saved under the name of the call, and says where or why not', async () => {
    const { host, user } = await openHistory(new FakeHost({ recording: recording() }, entries));
    await user.click(screen.getByTestId('recording-save'));
    expect(host.sent('saveRecording')[0]?.name).toMatch(/^\d{4}-\d\d-\d\d \d\d\.\d\d .*Sara Khan/u);
    expect(plain(await screen.findByTestId('recording-saved'))).toContain('Saved in Downloads as');
    host.refuse.set('saveRecording', { code: 'recordingNotSaved', message: '', params: { folder: '/full' } });
    await user.click(screen.getByTestId('recording-save'));
    await waitFor(() => expect(plain(screen.getByTestId('recording-saved'))).toContain('could not be saved in /full'));
  });

  test.each<[RecordingStanding, string, string]>([
    [{ type: 'loading', percent: null }, 'recording-status', 'Loading the recording…'],
    [{ type: 'loading', percent: 40 }, 'recording-status', '40%'],
    [{ type: 'failed', failure: { code: 'recordingNotReady', message: '', params: {} } }, 'recording-failed', 'not finished yet'],
    [{ type: 'failed', failure: { code: 'recordingDeleted', message: '', params: {} } }, 'recording-failed', 'was deleted'],
    [{ type: 'failed', failure: { code: 'recordingNotAllowed', message: '', params: {} } }, 'recording-failed', 'you may hear'],
    [{ type: 'failed', failure: { code: 'serverUnreachable', message: '', params: { url: 'x' } } }, 'recording-failed', 'does not answer'],
  ])('says how it stands: %j', async (standing, testId, words) => {
    await openHistory(new FakeHost({ recording: recording({ standing, lengthMs: 0, positionMs: 0, outline: [] }) }, entries));
    expect(plain(screen.getByTestId(testId))).toContain(words);
  });

  test('is tried again, and pauses when its row goes out of sight', async () => {
    const failure = { code: 'serverUnreachable', message: '', params: { url: 'x' } } as const;
    const { host, user } = await openHistory(new FakeHost({ recording: recording({ standing: { type: 'failed', failure } }) }, entries));
    await user.click(screen.getByTestId('recording-retry'));
    expect(host.sent('playRecording')).toEqual([{ type: 'playRecording', call: recorded.id }]);
    await screen.findByTestId('recording-play');
    await user.click(screen.getByTestId('tab-team'));
    expect(host.sent('pauseRecording')).toHaveLength(1);
  });

  test('that still loads does not begin out of sight', async () => {
    const { host, user } = await openHistory(new FakeHost({ recording: recording({ standing: { type: 'loading', percent: 40 } }) }, entries));
    await user.click(screen.getByTestId('tab-team'));
    expect(host.sent('pauseRecording')).toHaveLength(1);
  });
});
