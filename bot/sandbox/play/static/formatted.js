// Text with Telegram's entities as DOM nodes. Offsets are UTF-16 code units, as in JavaScript's strings.
import { el } from "/static/dom.js";

const TAGS = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre" };

export function formatted(text, entities, act) {
  const sorted = [...entities].sort((one, other) => one.offset - other.offset || other.length - one.length);
  return spread(text, 0, text.length, sorted, act);
}

function spread(text, start, end, entities, act) {
  const nodes = [];
  let at = start;
  while (entities.length) {
    const entity = entities.shift();
    const stop = Math.min(entity.offset + entity.length, end);
    if (entity.offset < at || stop <= entity.offset) continue;
    const inner = [];
    while (entities.length && entities[0].offset < stop) inner.push(entities.shift());
    nodes.push(...plain(text.slice(at, entity.offset)));
    nodes.push(wrapped(entity, text.slice(entity.offset, stop), spread(text, entity.offset, stop, inner, act), act));
    at = stop;
  }
  nodes.push(...plain(text.slice(at, end)));
  return nodes;
}

function wrapped(entity, text, inner, act) {
  const tag = TAGS[entity.type];
  if (tag) return el(tag, {}, inner);
  if (entity.type.endsWith("blockquote")) return el("blockquote", {}, inner);
  if (entity.type === "spoiler") return spoiler(inner);
  if (entity.type === "bot_command" && act) {
    return el("button", { type: "button", class: "link", onclick: () => act.command(text) }, inner);
  }
  if (entity.type === "text_link" || entity.type === "url") return link(entity.url ?? text, inner, act);
  const isMention = ["mention", "text_mention", "bot_command", "hashtag"].includes(entity.type);
  return el("span", { class: isMention ? "mention" : null }, inner);
}

// A word behind a curtain; the first press or key opens it.
function spoiler(inner) {
  const open = () => {
    node.classList.add("open");
    for (const name of ["role", "tabindex", "aria-label"]) node.removeAttribute(name);
  };
  const node = el("span", {
    class: "spoiler", role: "button", tabindex: 0, "aria-label": "Show the hidden words", onclick: open,
    onkeydown: (event) => (event.key === "Enter" || event.key === " ") && (event.preventDefault(), open()),
  }, inner);
  return node;
}

export function link(address, inner, act) {
  let url;
  try {
    url = new URL(address.includes("://") ? address : `https://${address}`);
  } catch {
    return el("span", {}, inner);
  }
  if (act && act.isOwn(url)) {
    return el("button", { type: "button", class: "link", onclick: () => act.follow(url.href) }, inner);
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") return el("span", { class: "mention" }, inner);
  return el("a", { href: url.href, target: "_blank", rel: "noopener noreferrer" }, inner);
}

// Plain words; a row of bar characters becomes a bar.
function plain(text) {
  return text.split(/([▰▱]{3,})/).filter(Boolean).map((part) => (/^[▰▱]/.test(part) ? bar(part) : part));
}

function bar(characters) {
  const share = Math.round((100 * [...characters].filter((each) => each === "▰").length) / characters.length);
  const filled = el("span", { class: "filled" });
  filled.style.setProperty("width", `${share}%`);
  return el("span", { class: "bar", role: "img", "aria-label": `${share} %` }, filled);
}
