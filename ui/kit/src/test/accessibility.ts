/** What axe finds wrong with the document, in a form that reads well when a test fails. */
import axe from 'axe-core';

export async function accessibilityProblems(): Promise<{ id: string; nodes: string[] }[]> {
  // jsdom paints nothing, so contrast is judged by the tokens' own test.
  const result = await axe.run(document, { rules: { 'color-contrast': { enabled: false } } });
  return result.violations.map(({ id, nodes }) => ({ id, nodes: nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`) }));
}
