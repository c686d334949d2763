// The languages of the pages. Texts stand in the code in English; a dictionary has the others.

import { keep, kept } from "./keep.js";
import { signal } from "./ui.js";

/** @type {Record<string, string>} */
export const LANGUAGES = {
  en: "English",
  ja: "日本語",
  ko: "한국어",
  pl: "Polski",
};

export const language = signal("en");
const dictionary = signal(/** @type {Record<string, string>} */ ({}));

/**
 * A text in the user's language, with its gaps filled.
 * @param {string} text
 * @param {Record<string, string | number>} [gaps]
 */
export function t(text, gaps) {
  const found = dictionary.value[text] ?? text;
  if (!gaps) return found;
  return found.replace(/\{(\w+)\}/g, (whole, name) => String(gaps[name] ?? whole));
}

/** Takes the language of the last visit, or the browser's. */
export function beginWords() {
  const wanted = [kept("language", ""), ...navigator.languages].map(one => one.slice(0, 2));
  return speak(wanted.find(one => one in LANGUAGES) ?? "en", false);
}

/** @param {string} name @param {boolean} [chosen] */
export async function speak(name, chosen = true) {
  const found = name === "en" ? {} : (await import(`../words/${name}.js`)).default;
  dictionary.value = found;
  language.value = name;
  document.documentElement.lang = name;
  if (chosen) keep("language", name);
}
