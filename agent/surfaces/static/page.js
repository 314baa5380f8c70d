// The chat page. Everything a server or a model says is put in as text, never as markup.
"use strict";

const WORDS = {
  en: {
    user: "User", token: "Token", new: "New conversation", send: "Send", stop: "Stop", other: "中文",
    placeholder: "What are you in the mood for?", thinking: "thinking…", why: "Why", trace: "How this answer came about",
    degraded: "The language model is not available: this answer follows rules and template sentences.",
    starting: "Not ready yet: ", loading: "The language model is loading; answers are plain until it is ready.",
    off: "No language model is running; answers follow rules and template sentences.",
    stopped: "Stopped.", lost: "The connection was lost.", chance: "chance you would click",
  },
  zh: {
    user: "用户", token: "令牌", new: "新对话", send: "发送", stop: "停止", other: "English",
    placeholder: "今天想看点什么？", thinking: "正在思考…", why: "推荐理由", trace: "这个回答是怎么来的",
    degraded: "语言模型暂不可用：本回答由规则和模板句子生成。",
    starting: "尚未就绪：", loading: "语言模型正在加载，就绪之前的回答较为简单。",
    off: "没有运行语言模型，回答由规则和模板句子生成。",
    stopped: "已停止。", lost: "连接已断开。", chance: "预计点击概率",
  },
};

const $ = (id) => document.getElementById(id);
let language = localStorage.getItem("language") || (navigator.language.startsWith("zh") ? "zh" : "en");
let messages = [];
let running = null; // AbortController of the answer under way

function say(key) { return WORDS[language][key]; }

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function showLanguage() {
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll("[data-say]")) node.textContent = say(node.dataset.say);
  $("words").placeholder = say("placeholder");
  $("language").textContent = say("other");
}

// Of markup only **bold** is shown, and that as text in an element of ours.
function show(node, words) {
  node.words = words;
  const parts = words.replace(/\\([<(])/g, "$1").split("**");
  node.replaceChildren(...parts.map((part, n) => (n % 2 ? make("strong", "", part) : part)));
}

function headers() {
  const out = { "Content-Type": "application/json" };
  if ($("token").value) out.Authorization = `Bearer ${$("token").value}`;
  // A header carries bytes; the server reads these as UTF-8.
  if ($("user").value) out["X-User-Id"] = String.fromCharCode(...new TextEncoder().encode($("user").value));
  return out;
}

async function* eventsOf(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = "";;) {
    const { value, done } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks) {
      if (block.startsWith("data: ") && block !== "data: [DONE]") yield JSON.parse(block.slice(6));
    }
  }
}

async function ask(words) {
  const conversation = messages; // another one may have begun before this answer ends
  conversation.push({ role: "user", content: words });
  $("talk").append(make("div", "said user", words));
  const steps = make("div", "steps", say("thinking"));
  const answer = make("div", "said assistant");
  $("talk").append(steps, answer);
  running = new AbortController();
  busy(true);
  try {
    const response = await fetch("/v1/chat/completions", {
      method: "POST", headers: headers(), signal: running.signal,
      body: JSON.stringify({ model: "tastemaker", stream: true, messages: conversation }),
    });
    if (!response.ok) throw new Error((await response.json()).error.message);
    await read(response, steps, answer);
  } catch (error) {
    const text = error.name === "AbortError" ? say("stopped") : error.message || say("lost");
    $("talk").append(make("div", "note error", text));
    if (!answer.words) conversation.pop();
  } finally {
    if (steps.textContent === say("thinking")) steps.remove();
    if (answer.words) conversation.push({ role: "assistant", content: answer.words });
    running = null;
    busy(false);
  }
}

async function read(response, steps, answer) {
  for await (const chunk of eventsOf(response)) {
    if (chunk.error) throw new Error(chunk.error.message);
    const delta = chunk.choices[0]?.delta ?? {};
    if (delta.reasoning_content) {
      if (steps.textContent === say("thinking")) steps.textContent = "";
      steps.textContent += delta.reasoning_content;
    }
    if (delta.content) show(answer, (answer.words ?? "") + delta.content);
    if (chunk.tastemaker) finish(chunk.tastemaker, steps, answer);
    follow();
  }
}

function finish(extra, steps, answer) {
  steps.remove();
  if (extra.degraded) answer.before(make("div", "note", say("degraded")));
  const cards = make("ol", "cards");
  for (const item of extra.slate) cards.append(card(item));
  if (extra.slate.length) answer.after(cards);
  const fold = make("details");
  fold.append(make("summary", "", say("trace")));
  for (const entry of extra.trace) fold.append(make("pre", "", JSON.stringify(entry, null, 1)));
  $("talk").append(fold);
}

function card(item) {
  const node = make("li", "card");
  node.append(make("h3", "", `${item.rank}. ${item.title}`));
  const facts = Object.entries(item.attributes).map(([, value]) => (Array.isArray(value) ? value.join(", ") : value));
  if (item.ctr !== null) facts.push(`${say("chance")} ${(100 * item.ctr).toFixed(0)}%`);
  node.append(make("p", "facts", facts.join(" · ")));
  const reasons = make("ul");
  for (const reason of item.evidence) reasons.append(make("li", "", language === "zh" ? reason.text_zh : reason.text));
  const fold = make("details");
  fold.open = true;
  fold.append(make("summary", "", say("why")), reasons);
  node.append(fold);
  return node;
}

function busy(on) {
  $("send").disabled = on;
  $("stop").hidden = !on;
}

function follow() {
  const page = document.documentElement;
  if (page.scrollHeight - page.scrollTop - page.clientHeight < 300) page.scrollTop = page.scrollHeight;
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

function restart() {
  running?.abort();
  messages = [];
  $("talk").replaceChildren();
  $("words").focus();
}

$("form").addEventListener("submit", (event) => {
  event.preventDefault();
  const words = $("words").value.trim();
  if (!words || running) return;
  $("words").value = "";
  ask(words);
});
$("words").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    $("form").requestSubmit();
  }
});
$("stop").addEventListener("click", () => running?.abort());
$("new").addEventListener("click", restart);
$("user").addEventListener("change", () => {
  localStorage.setItem("user", $("user").value);
  restart(); // one conversation belongs to one user
});
$("language").addEventListener("click", () => {
  language = language === "en" ? "zh" : "en";
  localStorage.setItem("language", language);
  showLanguage();
  showState();
});

$("user").value = new URLSearchParams(location.search).get("user") ?? localStorage.getItem("user") ?? "";
showLanguage();
showState();
setInterval(showState, 10000);
