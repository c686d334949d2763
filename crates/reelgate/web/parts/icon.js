// Small pictures, drawn in the colour of the text around them.

import { html } from "../lib/ui.js";

/** @type {Record<string, string>} */
const PATHS = {
  create: "M12 5v14M5 12h14",
  watch: "M4 6h16v11H4zM9 21h6M12 17v4M10.5 9.2v4.6l4-2.3z",
  gallery: "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM13 13h7v7h-7z",
  account: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5a7.5 7.5 0 0 1 15 0",
  operator: "M4 7h9M17 7h3M4 17h3M11 17h9M13 4.5v5M7 14.5v5",
  docs: "M5 4h10a3 3 0 0 1 3 3v13H8a3 3 0 0 1-3-3zM5 17a3 3 0 0 1 3-3h10M9 8h5",
  pricing:
    "M12 3v18M16.5 7.5c-.8-1.4-2.4-2-4.5-2-2.6 0-4.3 1.2-4.3 3.1 0 4.5 9 2 9 6.7 0 " +
    "2-1.8 3.2-4.7 3.2-2.3 0-4-.8-4.8-2.4",
  storyboard: "M3 5h5v5H3zM10 5h5v5h-5zM17 5h4v5h-4zM3 14h18M3 19h12",
  sun:
    "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 " +
    "1.4M17.6 17.6 19 19M5 19l1.4-1.4M17.6 6.4 19 5",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z",
  system: "M3 5h18v11H3zM8 20h8M12 16v4",
  close: "M6 6l12 12M18 6 6 18",
  play: "M8 5.5v13l10.5-6.5z",
  pause: "M8 5v14M16 5v14",
  back: "M15 6l-6 6 6 6",
  next: "M9 6l6 6-6 6",
  up: "M6 15l6-6 6 6",
  down: "M6 9l6 6 6-6",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  share: "M12 15V4M8 7.5 12 4l4 3.5M5 12v8h14v-8",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
  retry: "M19 12a7 7 0 1 1-2-5M19 3v5h-5",
  edit: "M4 20h4L19 9l-4-4L4 16zM13 7l4 4",
  extend: "M4 6h8v12H4zM15 12h6M18 9l3 3-3 3",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  check: "M5 12.5l4.5 4.5L19 7",
  alert: "M12 4 2.5 20h19zM12 10v4.5M12 17v.5",
  info: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5.5M12 7.5V8",
  search: "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l4.5 4.5",
  image: "M4 5h16v14H4zM4 16l4.5-4.5 4 4 3-3L20 17M15.5 9.5h.01",
  video: "M3 6h12v12H3zM15 10.5l6-3.5v10l-6-3.5z",
  audio:
    "M9 18V5l10-2v13M9 18a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zM19 16a2.5 2.5 0 1 1-5 " +
    "0 2.5 2.5 0 0 1 5 0z",
  code: "M8 7l-5 5 5 5M16 7l5 5-5 5M13.5 5l-3 14",
  bulb:
    "M9 18h6M10 21h4M12 3a6 6 0 0 0-3.5 10.9c.6.5.9 1.2.9 2.1h5.2c0-.9.3-1.6.9-2.1A6 6 " +
    "0 0 0 12 3z",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5.5l3.5 2",
  key: "M14 10a4.5 4.5 0 1 0-3.6 4.4L12 16h2v2h2v2h4v-3.4l-6.3-6.3M8.5 9.5h.01",
  compare: "M4 5h7v14H4zM13 5h7v14h-7z",
  dice: "M5 5h14v14H5zM9 9h.01M15 15h.01M12 12h.01M15 9h.01M9 15h.01",
  more: "M6 12h.01M12 12h.01M18 12h.01",
  language: "M3 6h10M8 4v2M5 14c4-1.5 6-4.5 6.5-8M6 9c1 2.5 3 4 5.5 5M12 20l4.5-10L21 20M13.5 17h6",
  full: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  out: "M10 4H5v16h5M15 8l4 4-4 4M19 12H9",
  plus: "M12 5v14M5 12h14",
  link:
    "M10 14a4 4 0 0 0 6 .5l3-3a4 4 0 0 0-5.5-5.800l-1.5 1.500M14 10a4 4 0 0 0-6-.5l-3 " +
    "3a4 4 0 0 0 5.5 5.800l1.5-1.5",
};

/** @param {{name: string, size?: number}} props */
export function Icon({ name, size = 20 }) {
  return html`<svg
    class="icon"
    width=${size}
    height=${size}
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    stroke-width="1.75"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    <path d=${PATHS[name] ?? ""} />
  </svg>`;
}
