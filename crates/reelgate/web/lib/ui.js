// Everything a component needs, from the vendored libraries, under one roof.

import { h } from "../vendor/preact.js";
import htm from "../vendor/htm.js";

/** Writes elements as in HTML: html`<p class="x">${text}</p>`. */
export const html = htm.bind(h);

export { Fragment, render, createRef } from "../vendor/preact.js";
export { useCallback, useEffect, useLayoutEffect } from "../vendor/hooks.js";
export { useMemo, useRef, useState, useId } from "../vendor/hooks.js";
export { signal, computed, effect, batch, untracked, useSignal } from "../vendor/signals.js";
