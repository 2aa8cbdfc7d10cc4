// The messages of the chosen chat, kept as the server tells; what people do with them.
import { alertBox, ask, toast } from "/static/ask.js";
import { answerTo, change, takeSample } from "/static/composer.js";
import { el } from "/static/dom.js";
import { openMenu } from "/static/menus.js";
import { blockNode } from "/static/message.js";
import { chatsOf, choose, listen, messagesOf, state, theChat, titleOf } from "/static/state.js";
import { look } from "/static/viewer.js";

const EMOJI = ["❤", "👍", "🔥", "👏", "🎉", "🤔", "👎", "🍌"];
const NEAR = 120;

const list = document.getElementById("messages");
const scroller = document.getElementById("scroller");
const newest = document.getElementById("newest");
const welcome = document.getElementById("welcome");
const live = document.getElementById("live");
let isAtEnd = true;
const drawn = new Map(); // by block: its node and what it was drawn from

const act = {
  look,
  menu: (message, button) => openMenu(button, "This message", choices(message)),
  react: (message, emoji) => ask("react", { message: message.id, emoji }),
  copy: (text) => navigator.clipboard.writeText(text).then(() => toast("Copied"), () => toast(text)),
  command: (text) => ask("write", { text, thread: state.thread }),
  isOwn: (url) => url.hostname === "t.me" && url.pathname.toLowerCase() === `/${state.me.username}`.toLowerCase(),
  follow: async (url) => {
    const led = await ask("follow", { url });
    if (led) choose(state.person, led.chat);
  },
  jump(id) {
    const node = document.getElementById(`m${id}`);
    if (!node) return toast("This message is in another topic, or gone");
    node.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    node.focus({ preventScroll: true });
    node.classList.remove("found");
    requestAnimationFrame(() => node.classList.add("found"));
  },
  async press(message, data, button) {
    button.classList.add("waiting");
    button.setAttribute("aria-busy", "true");
    const answer = await ask("press", { message: message.id, data });
    button.classList.remove("waiting");
    button.removeAttribute("aria-busy");
    if (answer?.late) toast("The bot has not answered the press");
    else if (answer?.url) act.follow(answer.url);
    else if (answer?.text && answer.is_alert) alertBox(answer.text);
    else if (answer?.text) toast(answer.text);
  },
};

function choices(message) {
  const isOwn = message.from.id === state.person;
  const chat = theChat();
  const rank = chat.members.find((each) => each.id === state.person)?.rank;
  const hasWords = message.text || message.media?.kind === "photo" || message.media?.kind === "document";
  return [
    { emoji: EMOJI, run: (emoji) => act.react(message, emoji) },
    { text: "Reply", run: () => answerTo(message) },
    isOwn && hasWords && { text: "Edit", run: () => change(message) },
    ...chatsOf(state.person).map((each) => ({
      text: `Forward to ${each.id === state.chat ? "this chat" : titleOf(each)}`,
      run: () => ask("forward", { message: message.id, to: each.id }),
    })),
    (isOwn || chat.is_private || rank !== "member") && { text: "Delete", danger: true, run: () => ask("delete", { message: message.id }) },
  ];
}

// Consecutive messages of one album are one block.
function blocks() {
  const found = [];
  for (const message of messagesOf(state.chat, theChat().is_forum ? state.thread : undefined)) {
    const last = found[found.length - 1];
    if (message.album && last?.[0].album === message.album) last.push(message);
    else found.push([message]);
  }
  return found;
}

function draw(isOther = false) {
  isAtEnd = isAtEnd || isOther;
  const view = { person: state.person, picture: (file) => `/file/${file}`, act, showNames: !theChat().is_private };
  if (isOther) {
    drawn.clear();
    list.replaceChildren();
  }
  const left = new Set(drawn.keys());
  let before = null;
  for (const messages of blocks()) {
    const key = messages[0].album ?? messages[0].id;
    const source = JSON.stringify(messages);
    left.delete(key);
    const old = drawn.get(key);
    if (old?.source !== source) drawn.set(key, { node: exchanged(old?.node, blockNode(messages, view)), source });
    const { node } = drawn.get(key);
    if ((before ? before.nextSibling : list.firstChild) !== node) list.insertBefore(node, before ? before.nextSibling : list.firstChild);
    before = node;
  }
  for (const key of left) {
    drawn.get(key).node.remove();
    drawn.delete(key);
  }
  drawWelcome();
  keepOneTabStop();
  if (isAtEnd) toEnd();
}

// The new node in the old one's place, with the focus where it was.
function exchanged(old, node) {
  if (!old) return node;
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const key = focused?.dataset.key;
  const id = focused?.closest("[data-id]")?.dataset.id;
  old.replaceWith(node);
  if (key) {
    const home = node.querySelector(`[data-id="${id}"]`) ?? node;
    (home.dataset.key === key ? home : home.querySelector(`[data-key="${CSS.escape(key)}"]`) ?? home).focus({ preventScroll: true });
  }
  return node;
}

function toEnd() {
  isAtEnd = true;
  scroller.scrollTop = scroller.scrollHeight;
  newest.hidden = true;
}

function keepOneTabStop() {
  const all = [...list.querySelectorAll(".message")];
  const focused = all.find((each) => each === document.activeElement);
  for (const each of all) each.tabIndex = -1;
  const one = focused ?? all[all.length - 1];
  if (one) one.tabIndex = 0;
}

function drawWelcome() {
  const isEmpty = theChat().is_private && !list.childElementCount;
  welcome.hidden = !isEmpty;
  if (!isEmpty || welcome.childElementCount) return;
  welcome.append(
    el("h2", { text: "Try the bot with your own hands" }),
    el("p", { text: "Send a photo and say what to change, or begin with one of these. The image service here is an imitation: ordinary filters, labelled as such. Nothing leaves this machine." }),
    el("div", { class: "samples" }, Object.entries(state.samples).map(([name, title]) =>
      el("button", { type: "button", class: "sample", onclick: () => takeSample(name) },
        el("img", { src: `/sample/${name}`, alt: "", width: 150, height: 150 }), el("span", { text: title })))),
    el("button", { type: "button", class: "filled", text: "Start", onclick: () => act.command("/start") }));
}

// What screen readers hear: new messages of others, once, as words.
function announce(message) {
  if (message.from.id === state.person || message.chat !== state.chat || (message.thread ?? null) !== state.thread) return;
  const kind = message.media ? { photo: "a photo", sticker: "a sticker" }[message.media.kind] ?? "a file" : "";
  live.append(el("p", { text: message.service ?? `${message.from.name}: ${[kind, message.text].filter(Boolean).join(", ")}` }));
  while (live.childElementCount > 20) live.firstChild.remove();
}

function move(event) {
  const here = event.target.closest?.(".message");
  if (!here || event.target !== here) return;
  const all = [...list.querySelectorAll(".message")];
  const at = all.indexOf(here);
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: all.length - 1 }[event.key];
  if (event.key === "Enter") here.querySelector(".more").click();
  if (event.key === "r") answerTo(state.messages.get(state.chat).get(Number(here.dataset.id)));
  if (to === undefined && event.key !== "Enter" && event.key !== "r") return;
  event.preventDefault();
  all[to]?.focus();
}

list.addEventListener("keydown", move);
list.addEventListener("focusin", keepOneTabStop);
newest.addEventListener("click", toEnd);
scroller.addEventListener("scroll", () => {
  isAtEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR;
  if (isAtEnd) newest.hidden = true;
});
// Who reads the end stays there while pictures load and the window changes.
const sizes = new ResizeObserver(() => isAtEnd && toEnd());
sizes.observe(scroller);
sizes.observe(list);

listen("chosen", () => draw(true));
listen("messages", ({ message, isNew }) => {
  if (state.chat) draw();
  if (isNew && !isAtEnd) newest.hidden = false;
  if (isNew) announce(message);
});
