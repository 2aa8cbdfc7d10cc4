// A saved chat: draws what was told, once. What the bot changed or took away again can be unfolded.
import { el } from "/static/dom.js";
import { formatted } from "/static/formatted.js";
import { blockNode } from "/static/message.js";

const told = JSON.parse(document.getElementById("told").textContent);
const view = { person: told.person, picture: (file) => told.pictures[file], act: null, showNames: told.is_group };

function states(message) {
  const texts = message.states;
  if (texts.length < 2 && !message.is_gone) return null;
  const seconds = texts[texts.length - 1].at - texts[0].at;
  const count = texts.length === 1 ? "one text" : `${texts.length} texts in ${seconds.toFixed(1)} s`;
  return el("details", { class: "states" },
    el("summary", { text: `${message.is_gone ? "A message that was deleted" : "How it came to this"}: ${count}` }),
    el("ol", {}, texts.map(({ at, text, entities }) => el("li", {},
      el("time", { text: `${(at - told.began_at).toFixed(1)} s` }), el("div", { dir: "auto" }, formatted(text, entities, null))))));
}

function albumOf(message, before) {
  return message.album && !message.is_gone && before.length && before[before.length - 1][0].album === message.album;
}

const blocks = [];
for (const message of told.messages) {
  if (albumOf(message, blocks)) blocks[blocks.length - 1].push(message);
  else blocks.push([message]);
}
const list = document.getElementById("messages");
for (const messages of blocks) {
  if (!messages[0].is_gone) list.append(blockNode(messages, view));
  list.append(...messages.map(states).filter(Boolean));
}
