import type { ListOptions } from "./object_store.ts";

/** The most objects that a page of LIST holds, in every store. */
export const MAX_PAGE = 1000;

/** How many objects a page may hold: what was asked for, within 1 to 1000. */
export function pageSizeOf(options: ListOptions): number {
  return Math.max(1, Math.min(options.pageSize ?? MAX_PAGE, MAX_PAGE));
}
