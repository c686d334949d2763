// What a browser keeps for its user. Storage may be full, switched off or written by another
// version, so reading never fails and writing never has to succeed.

const PREFIX = "reelgate.";

/**
 * @template T
 * @param {string} name
 * @param {T} otherwise
 * @returns {T}
 */
export function kept(name, otherwise) {
  try {
    const text = localStorage.getItem(PREFIX + name);
    return text === null ? otherwise : JSON.parse(text);
  } catch {
    return otherwise;
  }
}

/**
 * @param {string} name
 * @param {unknown} value nothing removes it
 */
export function keep(name, value) {
  try {
    if (value === undefined || value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // The page works without it.
  }
}

/** A secret for this tab alone: gone when the tab is closed. */
export const secret = {
  /** @returns {string | null} */
  read() {
    try {
      return sessionStorage.getItem(`${PREFIX}key`);
    } catch {
      return null;
    }
  },
  /** @param {string | null} value */
  write(value) {
    try {
      if (value === null) sessionStorage.removeItem(`${PREFIX}key`);
      else sessionStorage.setItem(`${PREFIX}key`, value);
    } catch {
      // Then it lives as long as the page.
    }
  },
};
