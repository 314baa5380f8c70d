// Texts that wait for a person's yes or no. Shown to those whose token may decide.

import { call } from "./api.js";
import { $, announce, button, make } from "./dom.js";
import { say } from "./words.js";

export async function mayReview() {
  return call("GET", "/v1/reviews?status=pending").then(() => true, () => false);
}

export async function show() {
  const page = $("view");
  page.replaceChildren(make("h2", "", say("reviews")));
  try {
    const { reviews } = await call("GET", "/v1/reviews?status=pending");
    page.append(...(reviews.length ? reviews.map(review) : [make("p", "soft", say("noReviews"))]));
  } catch (error) {
    page.append(make("p", "note error", error.message));
  }
}

function review(one) {
  const node = make("article", "card");
  const decide = (status) => async () => {
    try {
      await call("POST", `/v1/reviews/${encodeURIComponent(one.id)}`, { status });
      node.remove();
    } catch (error) {
      announce(say("failed") + error.message);
    }
  };
  node.append(
    make("p", "soft", `${one.task} · ${one.created}`),
    make("blockquote", "", one.text),
    make("p", "", `${say("reasons")}: ${one.reasons.join(", ")}`),
    make("p", "feedback", button("approve", decide("approved")), button("reject", decide("rejected"))),
  );
  return node;
}
