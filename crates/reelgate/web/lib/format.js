// Numbers, moments and sizes as people of the chosen language write them.

import { language, t } from "./words.js";

/** @param {string | number | null | undefined} amount in credits */
export function credits(amount) {
  const number = Number(amount ?? 0);
  return number.toLocaleString(language.value, { maximumFractionDigits: 2 });
}

/** @param {string | number | null | undefined} amount */
export const inCredits = amount =>
  Number(amount) === 1 ? t("1 credit") : t("{n} credits", { n: credits(amount) });

/** @param {string | null | undefined} moment */
export function when(moment) {
  if (!moment) return "–";
  return new Date(moment).toLocaleString(language.value, {
    dateStyle: "medium",
    timeStyle: "short",
  });
}

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

/** @param {string | null | undefined} moment */
export function ago(moment) {
  if (!moment) return "–";
  const past = (Date.now() - Date.parse(moment)) / 1000;
  const format = new Intl.RelativeTimeFormat(language.value, {
    numeric: "auto",
    style: "short",
  });
  const [unit, size] = UNITS.find(([, size]) => Math.abs(past) >= size) ?? ["second", 1];
  return format.format(-Math.round(past / size), unit);
}

/** @param {number | null | undefined} seconds */
export function span(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 60) return t("{n} s", { n: Math.round(seconds) });
  if (seconds < 3600) return t("{n} min", { n: Math.round(seconds / 60) });
  if (seconds < 86_400) return t("{n} h", { n: Math.round(seconds / 3600) });
  if (seconds < 129_600) return t("1 day");
  return t("{n} days", { n: Math.round(seconds / 86_400) });
}

/** @param {number | null | undefined} bytes */
export function size(bytes) {
  if (bytes === null || bytes === undefined) return "–";
  const units = ["B", "KB", "MB", "GB", "TB"];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const number = (bytes / 1000 ** step).toLocaleString(language.value, {
    maximumFractionDigits: step && bytes / 1000 ** step < 100 ? 1 : 0,
  });
  return `${number} ${units[step]}`;
}

/** @param {string} state */
export function stateName(state) {
  /** @type {Record<string, string>} */
  const names = {
    queued: t("In line"),
    running: t("Being made"),
    succeeded: t("Done"),
    failed: t("Failed"),
    cancelled: t("Cancelled"),
    expired: t("Removed"),
  };
  return names[state] ?? state;
}
