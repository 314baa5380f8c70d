// The conversation: messages, the answer as it streams, conditions in force.

import { Lost, answer, random, reachable } from "./api.js";
import { complete, learned } from "./card.js";
import { $, fold, make } from "./dom.js";
import { say } from "./words.js";

const RETRIES = 3;
const PASSAGE = /^\*\*(\d+)\. ([\s\S]+?)\*\*([\s\S]*)$/;
let conversation = null; // the server's name for what it remembers of this conversation
let running = null; // AbortController of the answer under way

export const isRunning = () => running !== null;
export const stop = () => running?.abort();

export function restart() {
  stop();
  conversation = random();
  $("talk").replaceChildren($("hello").content.cloneNode(true));
  for (const node of $("talk").querySelectorAll("[data-say]")) node.textContent = say(node.dataset.say);
  $("chips").replaceChildren();
  $("words").focus();
}

// `lifted`: ids of conditions that are to hold no more.
export async function ask(words, lifted = []) {
  const body = {
    messages: [{ role: "user", content: words }],
    metadata: { conversation_id: conversation, remove_constraints: lifted },
  };
  $("talk").querySelector(".hello")?.remove();
  $("talk").append(make("p", "said", words));
  const turn = make("section", "turn", { "aria-label": say("title") });
  $("talk").append(turn);
  const noted = learned();
  running = new AbortController();
  busy(true);
  try {
    await patiently(turn, body, noted);
  } catch (error) {
    turn.querySelector(".steps")?.remove();
    turn.append(make("p", "note error", error.name === "AbortError" ? say("stopped") : error.message || say("lost")));
    if (error instanceof Lost) $("words").value ||= words;
  } finally {
    running = null;
    busy(false);
    document.dispatchEvent(new Event("answered"));
  }
}

// The whole answer; where the connection drops, the same question again, from the start.
async function patiently(turn, body, noted) {
  for (let tries = 0; ; tries++) {
    turn.replaceChildren(noted ? make("p", "note", noted) : "", make("p", "steps", say("thinking")));
    try {
      return await read(turn, body);
    } catch (error) {
      if (!(error instanceof Lost) || tries === RETRIES) throw error;
      turn.querySelector(".steps").textContent = say("reconnecting");
      if (!(await reachable())) throw error;
    }
  }
}

async function read(turn, body) {
  const pieces = make("div", "pieces");
  turn.append(pieces);
  let text = "";
  for await (const chunk of answer(body, running.signal)) {
    if (chunk.error) throw new Error(chunk.error.message);
    const delta = chunk.choices[0]?.delta ?? {};
    const steps = turn.querySelector(".steps");
    if (delta.reasoning_content && steps) steps.textContent = delta.reasoning_content.trim();
    if (delta.content) show(pieces, (text += delta.content));
    if (chunk.tastemaker) finish(turn, pieces, chunk.tastemaker);
    follow();
  }
}

// Only the last piece can have changed.
function show(pieces, text) {
  const parts = text.replace(/\\([<(])/g, "$1").split(/\n\n+/).filter(Boolean);
  for (let n = Math.max(pieces.children.length - 1, 0); n < parts.length; n++) {
    const node = piece(parts[n]);
    if (pieces.children[n]) pieces.children[n].replaceWith(node);
    else pieces.append(node);
  }
}

function piece(text) {
  const passage = PASSAGE.exec(text);
  if (!passage) return make("p", "", text.replaceAll("**", ""));
  const [, rank, title, rest] = passage;
  const [year, ...words] = rest.split(" — ");
  return make("article", "card", make("h3", "", `${rank}. ${title}${year}`), make("p", "", words.join(" — ")), { "data-rank": rank });
}

function finish(turn, pieces, extra) {
  turn.querySelector(".steps")?.remove();
  if (extra.degraded) turn.prepend(make("p", "note", say("degraded")));
  for (const item of extra.slate) {
    let card = pieces.querySelector(`[data-rank="${item.rank}"]`);
    if (!card) pieces.append((card = piece(`**${item.rank}. ${item.title}** — ${item.text ?? ""}`)));
    complete(card, item);
  }
  turn.append(fold("trace", trace(extra.trace)));
  showConditions(extra.constraints ?? []);
}

function trace(entries) {
  const head = make("tr", "", ["step", "found", "time", "details"].map((key) => make("th", "", say(key), { scope: "col" })));
  const rows = entries.map(({ step, tool, candidates, ms, ...rest }) => make(
    "tr", "", make("td", "", tool ?? step), make("td", "number", candidates ?? ""), make("td", "number", ms.toFixed(1)),
    make("td", "", make("code", "", Object.keys(rest).length ? JSON.stringify(rest) : "")),
  ));
  return make("div", "scroll", make("table", "", make("thead", "", head), make("tbody", "", rows)), { tabindex: "0", role: "region", "aria-label": say("trace") });
}

// A chip per condition; taking one off asks again without it.
function showConditions(conditions) {
  const chips = conditions.map((condition) => {
    const about = { type: "button", "aria-label": `${say("remove")}: ${condition.text}` };
    const chip = make("button", "chip", condition.text, make("span", "", " ×", { "aria-hidden": "true" }), about);
    chip.addEventListener("click", () => lift(condition));
    return make("li", "", chip);
  });
  $("chips").replaceChildren(...chips);
}

function lift({ id }) {
  if (!running) ask(say("again"), [id]);
}

function busy(on) {
  $("send").hidden = on;
  $("stop").hidden = !on;
  $("talk").setAttribute("aria-busy", String(on));
}

function follow() {
  const page = document.documentElement;
  if (page.scrollHeight - page.scrollTop - page.clientHeight < 300) page.scrollTop = page.scrollHeight;
}
