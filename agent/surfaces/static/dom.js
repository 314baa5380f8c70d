// Small helpers for the document. Everything a server or a model says is put in as text, never as markup.

import { say } from "./words.js";

export const $ = (id) => document.getElementById(id);

// `what` is text, nodes, or an object of attributes; null is left out.
export function make(tag, className, ...what) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  for (const part of what.flat()) {
    if (part === null || part === undefined) continue;
    if (part instanceof Node || typeof part !== "object") node.append(part);
    else for (const [name, value] of Object.entries(part)) node.setAttribute(name, value);
  }
  return node;
}

export function button(key, onClick, className = "", about = {}) {
  const node = make("button", className, say(key), { type: "button", "data-say": key, ...about });
  node.addEventListener("click", onClick);
  return node;
}

export function fold(key, ...inside) {
  return make("details", "fold", make("summary", "", say(key), { "data-say": key }), ...inside);
}

// Said by screen readers, shown in the corner for a moment.
export function announce(text) {
  $("news").textContent = text;
  $("news").classList.add("shown");
  clearTimeout(announce.timer);
  announce.timer = setTimeout(() => $("news").classList.remove("shown"), 4000);
}

export function listed(value) {
  return Array.isArray(value) ? value : value === null || value === undefined ? [] : [value];
}
