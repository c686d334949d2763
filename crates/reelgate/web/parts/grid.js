// A grid of any number of cells, of which only those near the window are there.

import { html, useEffect, useLayoutEffect, useRef, useState } from "../lib/ui.js";

const GAP = 14;
const MORE_ROWS = 3;
/** A telephone shows two in a row. */
const LEAST_FOR_TWO = 320;

/**
 * @template T
 * @param {{items: T[], cellWidth: number, extraHeight: number, onEnd: () => void,
 *   cell: (item: T, at: number) => any, label: string}} props `cell` draws a film of 16:9 and
 *   `extraHeight` pixels of text below it; `onEnd` is called near the end
 */
export function Grid({ items, cellWidth, extraHeight, onEnd, cell, label }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const [width, setWidth] = useState(0);
  const [seen, setSeen] = useState({ from: 0, until: 0 });
  const least = width >= LEAST_FOR_TWO ? 2 : 1;
  const columns = Math.max(least, Math.floor((width + GAP) / (cellWidth + GAP)));
  const across = (width - GAP * (columns - 1)) / columns;
  const rowHeight = Math.round((across * 9) / 16) + extraHeight + GAP;
  const rows = Math.ceil(items.length / columns);

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const watcher = new ResizeObserver(() => setWidth(element.clientWidth));
    watcher.observe(element);
    setWidth(element.clientWidth);
    return () => watcher.disconnect();
  }, []);

  useLayoutEffect(() => {
    let isAsked = false;
    const look = () => {
      isAsked = false;
      const top = box.current?.getBoundingClientRect().top ?? 0;
      const from = Math.max(0, Math.floor(-top / rowHeight) - MORE_ROWS);
      const until = Math.min(rows, Math.ceil((innerHeight - top) / rowHeight) + MORE_ROWS);
      setSeen(now => (now.from === from && now.until === until ? now : { from, until }));
    };
    const later = () => {
      if (!isAsked) requestAnimationFrame(look);
      isAsked = true;
    };
    look();
    addEventListener("scroll", later, { passive: true });
    addEventListener("resize", later);
    return () => {
      removeEventListener("scroll", later);
      removeEventListener("resize", later);
    };
  }, [rows, rowHeight]);

  useEffect(() => {
    if (width && seen.until >= rows) onEnd();
  }, [seen.until, rows, width]);

  const cells = [];
  for (let at = seen.from * columns; at < Math.min(items.length, seen.until * columns); at += 1) {
    const item = items[at];
    if (item === undefined) continue;
    const row = Math.floor(at / columns);
    const place = `translate(${(at % columns) * (across + GAP)}px, ${row * rowHeight}px)`;
    const style = { width: `${across}px`, height: `${rowHeight - GAP}px`, transform: place };
    cells.push(
      html`<li
        key=${at}
        class="grid-cell"
        style=${style}
        aria-posinset=${at + 1}
        aria-setsize=${items.length}
      >
        ${cell(item, at)}
      </li>`,
    );
  }
  const height = { height: `${Math.max(0, rows * rowHeight - GAP)}px` };
  return html`<ul ref=${box} class="grid" style=${height} aria-label=${label}>
    ${width ? cells : null}
  </ul>`;
}
