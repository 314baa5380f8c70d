// The page: what the header and the form do, and which view is shown.

import { account, become } from "./api.js";
import { $ } from "./dom.js";
import * as panel from "./panel.js";
import * as reviews from "./reviews.js";
import * as settings from "./settings.js";
import * as talk from "./talk.js";
import { choose, current, say } from "./words.js";

function showLanguage() {
  document.documentElement.lang = current() === "zh" ? "zh-Hans" : "en";
  for (const node of document.querySelectorAll("[data-say]")) node.textContent = say(node.dataset.say);
  for (const node of document.querySelectorAll("[data-label]")) node.setAttribute("aria-label", say(node.dataset.label));
  $("words").placeholder = say("placeholder");
  document.title = say("title");
  $("language").lang = current() === "zh" ? "en" : "zh-Hans";
}

async function showState() {
  let text = "";
  try {
    const state = await (await fetch("/readyz")).json();
    if (!state.ready) text = say("starting") + (state.reason || "");
    else if (["fetching", "starting"].includes(state.engine)) text = say("loading");
    else if (state.engine !== "ready") text = say("off");
  } catch {
    text = say("lost");
  }
  $("state").textContent = text;
  $("state").hidden = !text;
}

async function showView() {
  const name = location.hash.slice(1) || "chat";
  for (const link of document.querySelectorAll("nav a")) {
    if (link.hash === `#${name}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  $("conversation").hidden = name !== "chat";
  $("view").hidden = name === "chat";
  if (name === "reviews") await reviews.show();
  if (name === "about") $("view").replaceChildren(...settings.about());
}

async function enter() {
  $("who").textContent = account.user;
  await settings.load().catch(() => {});
  $("to-reviews").hidden = !(await reviews.mayReview());
  await panel.refresh();
}

$("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const words = $("words").value.trim();
  if (!words || talk.isRunning()) return;
  $("words").value = "";
  talk.ask(words);
});
$("words").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $("form").requestSubmit();
  }
});
$("stop").addEventListener("click", talk.stop);
$("fresh").addEventListener("click", talk.restart);
$("you").addEventListener("click", panel.open);
$("close").addEventListener("click", panel.close);
$("panel").addEventListener("close", () => $("you").setAttribute("aria-expanded", "false"));
$("keep").addEventListener("click", () => $("sure").close());
$("erase").addEventListener("click", panel.erase);
$("account").addEventListener("submit", (event) => {
  event.preventDefault();
  become($("user").value, $("token").value);
  $("account").closest("details").open = false;
  talk.restart(); // one conversation belongs to one user
  enter();
});
$("language").addEventListener("click", async () => {
  choose(current() === "zh" ? "en" : "zh");
  showLanguage();
  await Promise.all([showState(), showView(), panel.refresh()]);
});
addEventListener("hashchange", showView);
for (const news of ["learned", "answered"]) document.addEventListener(news, panel.refresh);
document.addEventListener("erased", talk.restart);

$("user").value = account.user;
$("token").value = account.token;
become(account.user, account.token);
showLanguage();
talk.restart();
showState();
setInterval(showState, 10000);
enter().then(showView);
