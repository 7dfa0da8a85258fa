import type { LineKind, Snapshot } from '../ipc';

const NONE: readonly LineKind[] = [];

/** Kinds of line that the company of the one who is signed in prefers, the first before the others. */
export const companyLines = ({ session }: Pick<Snapshot, 'session'>): readonly LineKind[] =>
  session.state === 'signedIn' ? session.companyLines : NONE;
