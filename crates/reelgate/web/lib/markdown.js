// Markdown as elements. Nothing is ever parsed as HTML, so a page can bring no script along.

import { Lexer } from "../vendor/marked.js";
import { html } from "./ui.js";

/** @typedef {import("marked").Token} Token */

/** @param {string} text */
export function markdown(text) {
  return blocks(new Lexer({ gfm: true }).lex(text));
}

/** The headings of a page, for its list of contents. @param {string} text */
export function headings(text) {
  const tokens = new Lexer({ gfm: true }).lex(text);
  return tokens
    .filter(one => one.type === "heading" && one.depth === 2)
    .map(one => ({ id: slug(plain(one)), name: plain(one) }));
}

/** As code hosts name headings. @param {string} text */
function slug(text) {
  return text
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}

/** @param {any} token @returns {string} */
function plain(token) {
  const inner = token.tokens?.map(plain).join("");
  return inner ?? token.text ?? "";
}

/** @param {Token[]} tokens @returns {any[]} */
function blocks(tokens) {
  return tokens.map((/** @type {any} */ token) => {
    switch (token.type) {
      case "heading":
        return html`<${`h${token.depth}`} id=${slug(plain(token))}>${spans(token.tokens)}<//>`;
      case "paragraph":
        return html`<p>${spans(token.tokens)}</p>`;
      case "code":
        return html`<pre tabindex="0"><code>${token.text}</code></pre>`;
      case "blockquote":
        return html`<blockquote>${blocks(token.tokens)}</blockquote>`;
      case "list":
        return html`<${token.ordered ? "ol" : "ul"}>
          ${token.items.map((/** @type {any} */ item) => html`<li>${blocks(item.tokens)}</li>`)}
        <//>`;
      case "table":
        return table(token);
      case "hr":
        return html`<hr />`;
      case "text":
        return token.tokens ? spans(token.tokens) : token.text;
      default:
        return null;
    }
  });
}

/** @param {any} token */
function table(token) {
  return html`<div class="table" role="region" tabindex="0" aria-label=${plain(token.header[0])}>
    <table>
      <thead>
        <tr>
          ${token.header.map((/** @type {any} */ cell) => html`<th>${spans(cell.tokens)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${token.rows.map(
          (/** @type {any[]} */ row) =>
            html`<tr>
              ${row.map((cell, at) => {
                const name = plain(token.header[at]);
                return html`<td data-name=${name}>${spans(cell.tokens)}</td>`;
              })}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** @param {Token[]} tokens @returns {any[]} */
function spans(tokens) {
  return tokens.map((/** @type {any} */ token) => {
    switch (token.type) {
      case "strong":
        return html`<strong>${spans(token.tokens)}</strong>`;
      case "em":
        return html`<em>${spans(token.tokens)}</em>`;
      case "codespan":
        return html`<code>${token.text}</code>`;
      case "link":
        return html`<a href=${target(token.href)}>${spans(token.tokens)}</a>`;
      case "br":
        return html`<br />`;
      default:
        return token.tokens ? spans(token.tokens) : unescaped(token.text ?? token.raw);
    }
  });
}

/** @param {string} text */
function unescaped(text) {
  /** @type {Record<string, string>} */
  const names = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" };
  return text.replace(/&(amp|lt|gt|quot|#39);/g, found => names[found] ?? found);
}

/**
 * Pages of ours are read here; of other addresses only those that a link may have.
 * @param {string} href
 */
function target(href) {
  const url = new URL(href, location.href);
  if (!/^https?:$/.test(url.protocol)) return undefined;
  const isPage = url.origin === location.origin && /^\/docs\/.*\.md$/.test(url.pathname);
  return isPage ? url.pathname.replace(/\.md$/, "") + url.hash : href;
}
