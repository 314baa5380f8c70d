// What is known about the reader, and their say in it: corrections, profiling, download, erasure.

import { account, call, ofUser } from "./api.js";
import { $, announce, button, make } from "./dom.js";
import { named } from "./settings.js";
import { current, say } from "./words.js";

const SHOWN = 8; // interests
const wide = matchMedia("(min-width: 64rem)");

export function open() {
  const panel = $("panel");
  if (panel.open) return close();
  if (wide.matches) panel.show();
  else panel.showModal();
  $("you").setAttribute("aria-expanded", "true");
  return refresh();
}

export function close() {
  $("panel").close();
}

export async function refresh() {
  if (!$("panel").open) return;
  try {
    show(await call("GET", ofUser(`/profile?language=${current()}`)));
  } catch (error) {
    if (error.status === 404) show(null);
    else $("known").replaceChildren(make("p", "note error", error.message));
  }
}

function show(profile) {
  const empty = !profile || (profile.profiling && !profile.statistics.events && !profile.stated.length);
  $("known").replaceChildren(
    profiling(profile),
    ...(profile?.profiling === false ? [make("p", "note", say("profilingOff"))] : []),
    ...(empty ? [make("p", "soft", say("nothing"))] : []),
    ...(profile?.profiling ? sections(profile) : []),
    ...taste(profile),
    rights(),
  );
}

function profiling(profile) {
  const box = make("input", "", { type: "checkbox", id: "profiling" });
  box.checked = profile?.profiling ?? true;
  box.addEventListener("change", () => correct({ profiling: box.checked }));
  return make("label", "switch", box, make("span", "", say("profiling")), { for: "profiling" });
}

function sections({ persona, interests, segment, attributes, history }) {
  const long = interests.long.filter((one) => one.weight > 0).slice(0, SHOWN);
  const averse = interests.long.filter((one) => one.weight < 0 && one.disliked);
  return [
    ...section("inBrief", persona && [make("p", "", persona.text), make("p", "soft", say(persona.source === "template" ? "writtenRules" : "writtenBy"))]),
    ...section("interests", long.map(interest)),
    ...section("lately", interests.rising.map((one) => make("span", "tag", named(one.attribute, one.value)))),
    ...section("avoids", averse.map((one) => make("span", "tag", named(one.attribute, one.value)))),
    ...section("group", segment && [make("p", "", current() === "zh" ? segment.label_zh : segment.label)]),
    ...section("facing", Object.entries(attributes).map(attribute)),
    ...section("history", [make("ul", "", history.slice(0, 6).map(event))]),
  ];
}

function section(key, inside) {
  return inside && inside.length ? [make("h3", "", say(key)), make("div", "section", inside)] : [];
}

function interest({ attribute, value, weight, support }) {
  const bar = make("span", "bar", make("span", ""), { "aria-hidden": "true" });
  bar.firstChild.style.width = `${Math.round(100 * weight)}%`;
  return make("p", "interest", make("span", "", named(attribute, value)), bar, make("span", "soft", `${support}${say("ofLiked")}`));
}

function event({ title, liked }) {
  const mark = liked === null ? "" : ` — ${say(liked ? "like" : "dislike")}`;
  return make("li", "", title + mark);
}

function attribute([name, value]) {
  const id = `attribute-${name}`;
  const field = make("input", "", { id, value: String(value), autocomplete: "off" });
  field.addEventListener("change", () => correct({ attributes: { [name]: typed(field.value, value) } }));
  const forget = button("forget", () => correct({ attributes: { [name]: null } }), "quiet", { "aria-label": `${say("forget")}: ${named(name)}` });
  return make("p", "attribute", make("label", "", named(name), { for: id }), field, forget);
}

// What was a number stays one.
function typed(text, before) {
  return typeof before === "number" && text.trim() !== "" && !Number.isNaN(Number(text)) ? Number(text) : text;
}

function taste(profile) {
  const said = profile?.stated ?? [];
  const field = make("input", "", { id: "taste", maxlength: "300", autocomplete: "off" });
  const form = make("form", "attribute", make("label", "", say("addTaste"), { for: "taste" }), field, make("button", "quiet", say("add"), { type: "submit" }));
  form.addEventListener("submit", (submitted) => {
    submitted.preventDefault();
    if (field.value.trim()) correct({ stated: field.value.trim() });
  });
  return [
    ...section("stated", said.length ? [make("ul", "", said.map((one) => make("li", "", one))), button("forgetAll", () => correct({ stated: null }), "quiet")] : null),
    form,
  ];
}

async function correct(change) {
  try {
    await call("PATCH", ofUser("/profile"), change);
  } catch (error) {
    announce(say("failed") + error.message);
  }
  await refresh();
}

function rights() {
  return make("p", "rights", button("download", download, "quiet"), button("erase", () => $("sure").showModal(), "quiet"));
}

async function download() {
  try {
    const data = await call("GET", ofUser("/export"));
    const link = make("a", "", { download: `${account.user}.json` });
    link.href = URL.createObjectURL(new Blob([JSON.stringify(data, null, 1)], { type: "application/json" }));
    link.click();
    URL.revokeObjectURL(link.href);
  } catch (error) {
    announce(say("failed") + error.message);
  }
}

export async function erase() {
  $("sure").close();
  try {
    await call("DELETE", ofUser(""));
    announce(say("erased"));
    document.dispatchEvent(new Event("erased"));
  } catch (error) {
    announce(say("failed") + error.message);
  }
  await refresh();
}
