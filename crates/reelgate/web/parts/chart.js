// Columns over days. The library is loaded when the first chart is drawn.

import { html, useEffect, useRef, useState } from "../lib/ui.js";
import { language, t } from "../lib/words.js";
import { theme } from "../lib/theme.js";

const HEIGHT = 220;
const DAY_S = 86_400;

/** @typedef {{day: string, value: number}} Point */

/**
 * @param {{points: Point[], label: string, show: (value: number) => string}} props `show`: an
 *   amount as people write it
 */
export function Chart({ points, label, show }) {
  const [at, setAt] = useState(/** @type {number | null} */ (null));
  const box = useRef(/** @type {HTMLDivElement | null} */ (null));
  useEffect(() => {
    let isWanted = true;
    /** @type {{destroy: () => void} | null} */
    let plot = null;
    const watcher = new ResizeObserver(() => draw());
    const draw = async () => {
      addSheet();
      const { default: Plot } = await import("../vendor/uplot.js");
      const element = box.current;
      if (!isWanted || !element) return;
      plot?.destroy();
      const settings = options(Plot, element, setAt);
      plot = new Plot(settings, [points.map(dayOf), points.map(valueOf)], element);
    };
    if (box.current) watcher.observe(box.current);
    return () => {
      isWanted = false;
      watcher.disconnect();
      plot?.destroy();
    };
  }, [points, theme.value, language.value]);
  const most = points.reduce(
    (most, one) => (one.value > most.value ? one : most),
    points[0] ?? NONE,
  );
  const about = t("{label}: most on {day}, {n}", { label, day: most.day, n: show(most.value) });
  const under = at === null ? undefined : points[at];
  return html`<div class="chart" role="img" aria-label=${about}>
    <div class="chart-note" aria-hidden="true">
      ${under && html`<span>${dayName(under.day)}</span><strong>${show(under.value)}</strong>`}
    </div>
    <div ref=${box}></div>
  </div>`;
}

function addSheet() {
  const href = new URL("../vendor/uplot.css", import.meta.url).href;
  if (document.querySelector(`link[href="${href}"]`)) return;
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href }));
}

/** @type {Point} */
const NONE = { day: "–", value: 0 };
const dayOf = (/** @type {Point} */ point) => Date.parse(point.day) / 1000;
const valueOf = (/** @type {Point} */ point) => point.value;

/** @param {string} day */
function dayName(day) {
  const format = { dateStyle: /** @type {const} */ ("medium"), timeZone: "UTC" };
  return new Date(day).toLocaleDateString(language.value, format);
}

/**
 * Half a column on either side.
 * @type {(plot: any, from: number, to: number) => [number, number]}
 */
const withEdges = (_plot, from, to) => [from - DAY_S / 2, to + DAY_S / 2];
/** @type {(plot: any, least: number, most: number) => [number, number]} */
const fromZero = (_plot, _least, most) => [0, most || 1];

/**
 * The colour that a token stands for just now: its own value names one for the day, one for night.
 * @param {HTMLElement} element
 * @param {string} name
 */
function colourOf(element, name) {
  const probe = element.appendChild(document.createElement("i"));
  probe.style.color = `var(${name})`;
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/**
 * @param {any} Plot
 * @param {HTMLElement} element
 * @param {(at: number | null) => void} onPoint which column is pointed at
 */
function options(Plot, element, onPoint) {
  const colour = (/** @type {string} */ name) => colourOf(element, name);
  const font = `12px ${getComputedStyle(document.body).fontFamily}`;
  const axis = { stroke: colour("--soft"), font, ticks: { show: false } };
  const date = new Intl.DateTimeFormat(language.value, {
    month: "short",
    day: "numeric",
    timeZone: "UTC",
  });
  const days = (/** @type {any} */ _, /** @type {number[]} */ at) =>
    at.map(one => (one % DAY_S ? "" : date.format(one * 1000)));
  return {
    width: Math.max(200, element.clientWidth),
    height: HEIGHT,
    legend: { show: false },
    cursor: { x: false, y: false, drag: { x: false, y: false }, points: { show: false } },
    hooks: { setCursor: [(/** @type {any} */ plot) => onPoint(plot.cursor.idx ?? null)] },
    scales: { x: { range: withEdges }, y: { range: fromZero } },
    axes: [
      { ...axis, grid: { show: false }, values: days },
      { ...axis, grid: { stroke: colour("--line"), width: 1 }, size: 56 },
    ],
    series: [
      {},
      {
        fill: colour("--accent"),
        stroke: "transparent",
        paths: Plot.paths.bars({ size: [0.7, 40], radius: 0.15 }),
        points: { show: false },
      },
    ],
  };
}
