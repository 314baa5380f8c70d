// One recommended item: its passage, then facts, match, reasons, and what the reader can say about it.

import { call } from "./api.js";
import { announce, button, fold, listed, make } from "./dom.js";
import { named, settings } from "./settings.js";
import { current, say } from "./words.js";

const SHOWN = 4; // values of one attribute on a card
const KINDS = { like: "liked", dislike: "disliked", seen: "known" };
export const feedback = []; // [{ kind, title }] given since the last message

export function complete(card, item) {
  card.dataset.item = item.item_id;
  const facts = settings.shown.flatMap((name) => listed(item.attributes[name]).slice(0, SHOWN).map((v) => named(name, v)));
  card.append(
    ...(item.sponsored ? [make("p", "sponsored", say("sponsored"))] : []),
    make("p", "facts", facts.join(" · ")),
    match(item.score),
    fold("why", make("ul", "", item.evidence.map((e) => make("li", "", current() === "zh" ? e.text_zh || e.text : e.text)))),
    fold("facts", all(item.attributes)),
    buttons(item),
  );
}

function match(score) {
  const percent = Math.round(100 * Math.min(Math.max(score, 0), 1));
  const bar = make("span", "bar", make("span", ""), { role: "img", "aria-label": `${say("match")}: ${percent}%` });
  bar.firstChild.style.width = `${percent}%`;
  return make("p", "match", make("span", "", say("match"), { "aria-hidden": "true" }), bar);
}

function all(attributes) {
  const rows = Object.entries(attributes).flatMap(([name, value]) => [
    make("dt", "", named(name)), make("dd", "", listed(value).map((v) => named(name, v)).join(", ")),
  ]);
  return make("dl", "", rows);
}

function buttons(item) {
  const row = make("p", "feedback", { role: "group", "aria-label": item.title });
  for (const kind of Object.keys(KINDS)) {
    const about = { "aria-pressed": "false", "aria-label": `${say(kind)}: ${item.title}` };
    row.append(button(kind, (event) => tell(event.currentTarget, kind, item), kind, about));
  }
  return row;
}

async function tell(pressed, kind, item) {
  try {
    await call("POST", "/v1/events", { item_id: item.item_id, kind: kind === "seen" ? "view" : kind });
  } catch (error) {
    announce(say("failed") + error.message);
    return;
  }
  for (const other of pressed.parentNode.children) other.setAttribute("aria-pressed", String(other === pressed));
  feedback.push({ kind, title: item.title });
  announce(say("noted"));
  document.dispatchEvent(new Event("learned"));
}

// What was said on cards since the last message, in words; empties the list.
export function learned() {
  const said = feedback.splice(0).map(({ kind, title }) => say(KINDS[kind]) + title);
  return said.length ? say("learned") + [...new Set(said)].join(" · ") : "";
}
