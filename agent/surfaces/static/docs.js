// The API description, read from /openapi.json; no library, nothing from elsewhere.
"use strict";

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

// A schema with its references put in, so that a reader sees the whole shape in one place.
function whole(schema, all, seen = []) {
  if (Array.isArray(schema)) return schema.map((part) => whole(part, all, seen));
  if (schema === null || typeof schema !== "object") return schema;
  if (schema.$ref) {
    const name = schema.$ref.split("/").pop();
    return seen.includes(name) ? name : whole(all[name], all, [...seen, name]);
  }
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, whole(value, all, seen)]));
}

function fold(title, value) {
  const node = make("details");
  node.append(make("summary", "", title), make("pre", "", JSON.stringify(value, null, 2)));
  return node;
}

function route(path, method, about, schemas) {
  const node = make("section", "card");
  node.append(make("h3", "", `${method.toUpperCase()} ${path}`), make("p", "facts", about.summary));
  if (about.description) node.append(make("p", "", about.description));
  if (about.parameters) node.append(fold("Parameters", whole(about.parameters, schemas)));
  const body = about.requestBody?.content["application/json"]?.schema;
  if (body) node.append(fold("Body", whole(body, schemas)));
  for (const [status, answer] of Object.entries(about.responses)) {
    const schema = answer.content?.["application/json"]?.schema;
    if (schema) node.append(fold(`${status} ${answer.description}`, whole(schema, schemas)));
  }
  return node;
}

async function show() {
  const api = await (await fetch("/openapi.json")).json();
  const routes = document.getElementById("routes");
  routes.append(make("p", "", api.info.description));
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, about] of Object.entries(methods)) routes.append(route(path, method, about, api.components.schemas));
  }
}

show();
