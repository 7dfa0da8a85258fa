import { expect, test } from 'vitest';
import { lineSettings, pbxLine, twilioLine } from '../platform/fake/fixtures';
import { described, hasOwnOrder, inCompanyOrder, moved, ordered, withLine, withoutLine } from './lines';

const lines = [lineSettings(twilioLine), lineSettings(pbxLine)];
const ids = (of: readonly { id: string }[]): string[] => of.map(({ id }) => id);

test.each([
  [twilioLine.id, 1, [pbxLine.id, twilioLine.id]],
  [pbxLine.id, -1, [pbxLine.id, twilioLine.id]],
  [twilioLine.id, -1, [twilioLine.id, pbxLine.id]],
  [pbxLine.id, 1, [twilioLine.id, pbxLine.id]],
  ['unknown', 1, [twilioLine.id, pbxLine.id]],
] as const)('%s moved by %d', (id, step, expected) => {
  expect(ids(moved(lines, id, step))).toEqual(expected);
});

test('the order is the wish of the agent', () => {
  expect(moved(lines, pbxLine.id, -1).map(({ agentPreference }) => agentPreference)).toEqual([0, 1]);
});

test('the order of the company counts where the agent has none', () => {
  const [twilio, pbx] = [twilioLine.id, pbxLine.id];
  expect(ids(ordered(lines, []))).toEqual([twilio, pbx]);
  expect(ids(ordered(lines, ['sip']))).toEqual([pbx, twilio]);
  expect(ids(ordered(lines, ['twilio', 'sip']))).toEqual([twilio, pbx]);
  const own = moved(lines, pbxLine.id, -1);
  expect(ids(ordered(own, ['twilio']))).toEqual([pbx, twilio]);
  expect([hasOwnOrder(lines), hasOwnOrder(own)]).toEqual([false, true]);
  const company = inCompanyOrder(own);
  expect([hasOwnOrder(company), ids(ordered(company, ['twilio']))]).toEqual([false, [twilio, pbx]]);
  // A line that is added to an order of one's own comes last, whatever its kind.
  const added = withLine(own, described({ kind: 'twilio', label: 'New', server: '' }, null));
  expect(ordered(added, ['twilio']).at(-1)?.label).toBe('New');
});

test('a new line has a key of its own, and a place for its password under that', () => {
  const line = described({ kind: 'sip', label: '  Branch ', server: '' }, null);
  expect(line.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(line).toMatchObject({ label: 'Branch', server: null, enabled: true, credentials: { type: 'keyring', name: `line ${line.id}` } });
  expect(ids(withLine(lines, line))).toEqual([...ids(lines), line.id]);
});

test('what is said of a line changes nothing else of it', () => {
  const known = { ...lineSettings(pbxLine), agentPreference: 4, enabled: false };
  const line = described({ kind: 'sip', label: 'Branch', server: 'sip.example.com' }, known);
  expect(line).toEqual({ ...known, label: 'Branch', server: 'sip.example.com' });
  expect(withLine(lines, line)[1]).toEqual(line);
  expect(ids(withoutLine(lines, line.id))).toEqual([twilioLine.id]);
});
