import { expect, test } from 'vitest';
import { lineSettings, pbxLine, twilioLine } from '../platform/fake/fixtures';
import { described, moved, withLine, withoutLine } from './lines';

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

test('a new line has a key of its own, and a place for its password under that', () => {
  const line = described({ kind: 'sip', label: '  Branch ', server: '' }, null);
  expect(line.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(line).toMatchObject({ label: 'Branch', server: null, enabled: true, credentials: { type: 'keyring', name: `line ${line.id}` } });
  expect(ids(withLine(lines, line))).toEqual([...ids(lines), line.id]);
});

test('what is said of a line changes nothing else of it', () => {
  const known = { ...lineSettings(pbxLine), companyPreference: 4, enabled: false };
  const line = described({ kind: 'sip', label: 'Branch', server: 'sip.example.com' }, known);
  expect(line).toEqual({ ...known, label: 'Branch', server: 'sip.example.com' });
  expect(withLine(lines, line)[1]).toEqual(line);
  expect(ids(withoutLine(lines, line.id))).toEqual([twilioLine.id]);
});
