// The server: plain calls, and the stream of one answer.

import { say } from "./words.js";

export const account = {
  user: new URLSearchParams(location.search).get("user") ?? localStorage.getItem("user") ?? guest(),
  token: sessionStorage.getItem("token") ?? "",
};

// A visitor without a name gets one, so that what they like counts.
function guest() {
  return `guest-${random()}`;
}

export function random() {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function become(user, token) {
  account.user = user.trim() || guest();
  account.token = token.trim();
  localStorage.setItem("user", account.user);
  sessionStorage.setItem("token", account.token);
}

// The connection went before the answer was whole.
export class Lost extends Error {}

function headers() {
  const out = { "Content-Type": "application/json" };
  if (account.token) out.Authorization = `Bearer ${account.token}`;
  // A header carries bytes; the server reads these as UTF-8.
  out["X-User-Id"] = String.fromCharCode(...new TextEncoder().encode(account.user));
  return out;
}

async function request(method, path, body, signal) {
  let response;
  try {
    response = await fetch(path, { method, headers: headers(), body: body && JSON.stringify(body), signal });
  } catch (error) {
    throw error.name === "AbortError" ? error : new Lost(say("lost"));
  }
  if (response.ok) return response;
  const told = await response.json().catch(() => null);
  throw Object.assign(new Error(told?.error?.message ?? `HTTP ${response.status}`), { status: response.status });
}

export async function call(method, path, body) {
  const response = await request(method, path, body);
  return response.status === 204 ? null : response.json();
}

export const ofUser = (rest) => `/v1/users/${account.user.split("/").map(encodeURIComponent).join("/")}${rest}`;

// The chunks of one answer. Throws Lost when the stream ends before it said so.
export async function* answer(body, signal) {
  const response = await request("POST", "/v1/chat/completions", { model: "tastemaker", stream: true, ...body }, signal);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = "";;) {
    const { value, done } = await reader.read().catch((error) => {
      throw error.name === "AbortError" ? error : new Lost(say("lost"));
    });
    if (done) throw new Lost(say("lost"));
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop();
    for (const block of blocks.filter((text) => text.startsWith("data: "))) {
      if (block === "data: [DONE]") return;
      yield JSON.parse(block.slice(6));
    }
  }
}

// Resolves once the server answers again; false when it does not within about a minute.
export async function reachable() {
  for (let wait = 500; wait < 32000; wait *= 2) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    if (await fetch("/healthz").then((response) => response.ok, () => false)) return true;
  }
  return false;
}
