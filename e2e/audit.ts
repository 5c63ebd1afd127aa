// The accessibility audit of one page as it stands: WCAG 2.2 A and AA, by axe.

import { AxeBuilder } from "@axe-core/playwright";
import { type Page, expect } from "@playwright/test";

/** Fails with the rules that are broken and where; `what` says which page it is. */
export async function audited(page: Page, what: string): Promise<void> {
  const audit = new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]);
  const { violations } = await audit.analyze();
  const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  expect(told, what).toEqual([]);
}
