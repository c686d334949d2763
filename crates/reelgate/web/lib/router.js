// Addresses and the pages they show. A page's code is loaded when it is first opened.

import { signal } from "./ui.js";

/** @typedef {{path: string, search: string}} Route */

const here = () => ({ path: location.pathname, search: location.search });
export const route = signal(/** @type {Route} */ (here()));

/** @type {[RegExp, string][]} What opens at an address: the first that fits. */
const PAGES = [
  [/^\/(create)?$/, "create"],
  [/^\/sign-in$/, "sign-in"],
  [/^\/storyboard$/, "storyboard"],
  [/^\/watch(\/|$)/, "watch"],
  [/^\/gallery$/, "gallery"],
  [/^\/pricing$/, "pricing"],
  [/^\/account(\/|$)/, "account"],
  [/^\/docs(\/|$)/, "docs"],
];

/** Pages that need nobody to be signed in. */
export const PUBLIC = new Set(["docs", "pricing", "sign-in"]);

/** @param {string} path */
export function pageAt(path) {
  return PAGES.find(([at]) => at.test(path))?.[1] ?? "missing";
}

/** @param {string} name @returns {Promise<{default: import("preact").ComponentType<any>}>} */
export const load = name => import(`../pages/${name}.js`);

/**
 * @param {string} to an address of ours
 * @param {{replace?: boolean}} [how]
 */
export function go(to, { replace = false } = {}) {
  if (replace) history.replaceState(null, "", to);
  else history.pushState(null, "", to);
  moved();
}

function moved() {
  const was = route.value.path;
  const now = here();
  const isSame = was === now.path && route.value.search === now.search;
  if (!isSame) route.value = now;
  if (was !== now.path) window.scrollTo(0, 0);
}

/** A plain click on a link to a page stays in this document. @param {MouseEvent} event */
function follow(event) {
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
  const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
  if (!isPlain || event.defaultPrevented || !(link instanceof HTMLAnchorElement)) return;
  const isOurs = link.origin === location.origin && pageAt(link.pathname) !== "missing";
  if (!isOurs || link.target || link.hasAttribute("download") || /\.\w+$/.test(link.pathname)) {
    return;
  }
  if (link.pathname === location.pathname && link.hash) return;
  event.preventDefault();
  go(link.pathname + link.search + link.hash);
}

export function beginRouter() {
  addEventListener("popstate", moved);
  addEventListener("click", follow);
}

/** @param {string} name */
export const query = name => new URLSearchParams(route.value.search).get(name);
