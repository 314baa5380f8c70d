// The running configuration: what items and their attributes are called, and what the ranking goes by.

import { call } from "./api.js";
import { make } from "./dom.js";
import { current, say } from "./words.js";

export const settings = { shown: [], names: {}, values: {}, parameters: [] };

export async function load() {
  Object.assign(settings, await call("GET", "/v1/parameters"));
}

// An attribute's name, or one of its values, in the language of the page.
export function named(field, value) {
  if (value === undefined) return settings.names[field]?.[current()] ?? field.replaceAll("_", " ");
  const other = current() === "zh" ? settings.values[field]?.[value] : undefined;
  return other ?? String(value);
}

export function about() {
  const rows = settings.parameters.map((part) => [
    make("h3", "", part.title[current()]), make("p", "", part.about[current()]),
    make("dl", "", part.values.flatMap(({ name, value }) => [make("dt", "", name[current()]), make("dd", "", String(value))])),
  ]);
  return [make("h2", "", say("about")), make("p", "soft", say("parameters")), ...rows.flat()];
}
