// The line above the messages: whose chat it is, what the bot does there now, the topics.
import { el, face, icon, redrawn, updatesWait } from "/static/dom.js";
import { choose, listen, place, state, theChat, titleOf } from "/static/state.js";

const ACTION_MILLISECONDS = 5000;
const ACTIONS = { typing: "is typing", upload_photo: "is sending a photo", upload_document: "is sending a file", choose_sticker: "is choosing a sticker" };

const subtitle = document.getElementById("subtitle");
const topics = document.getElementById("topics");
let action = null;
let connected = true;

function draw() {
  const chat = theChat();
  if (!chat) return;
  document.getElementById("face").replaceChildren(face(chat.id, titleOf(chat), chat.is_private ? "bot" : "group"));
  document.getElementById("title").textContent = titleOf(chat);
  document.title = `${titleOf(chat)} · play`;
  drawSubtitle();
  drawTopics(chat);
}

function drawSubtitle() {
  const chat = theChat();
  const { bot, updates } = state.service;
  const isActive = action?.chat === chat.id;
  subtitle.classList.toggle("active", isActive);
  if (!connected) subtitle.textContent = "waiting for the sandbox …";
  else if (isActive) subtitle.textContent = `${state.me.name} ${ACTIONS[action.text] ?? "is busy"} …`;
  else if (bot === "stopped") subtitle.textContent = `the bot is stopped${updates ? ` · ${updatesWait(updates)} for it` : ""}`;
  else if (bot === "starting") subtitle.textContent = "the bot is starting …";
  else if (chat.is_private) subtitle.textContent = chat.bot === "kicked" ? "you have blocked the bot" : "bot";
  else subtitle.textContent = `${chat.members.length} people · ${whatIsTheBot(chat)}`;
}

function whatIsTheBot(chat) {
  if (chat.bot === "administrator") return "the bot is an administrator";
  return chat.bot === "kicked" || chat.bot === "left" ? "the bot is not here" : "the bot is a member";
}

function drawTopics(chat) {
  topics.hidden = !chat.is_forum;
  if (!chat.is_forum) return;
  const all = [{ id: null, name: "General" }, ...chat.topics];
  redrawn(topics, all.map(({ id, name, is_closed: isClosed }) => {
    const isChosen = id === state.thread;
    const unread = state.unread.get(place(chat.id, id));
    return el("button", {
      type: "button", role: "tab", "aria-selected": String(isChosen), tabindex: isChosen ? 0 : -1, "data-topic": id ?? 0,
      onclick: () => choose(state.person, chat.id, id),
    }, isClosed ? `${name} (closed)` : name, unread && el("span", { class: "count", text: unread }));
  }));
}

topics.addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const all = [...topics.children];
  const next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
  const { topic } = next.dataset;
  next.click();
  topics.querySelector(`[data-topic="${topic}"]`)?.focus();
});

const widths = matchMedia("(min-width: 1180px)");

// On narrow screens each side covers the chat; on wide ones it stands beside it.
function foldable(buttonId, sideId, iconName, startsOpen) {
  const button = document.getElementById(buttonId);
  const side = document.getElementById(sideId);
  button.append(icon(iconName));
  const turn = (isOpen) => {
    side.classList.toggle("open", isOpen);
    button.setAttribute("aria-expanded", String(isOpen));
  };
  turn(startsOpen && widths.matches);
  widths.addEventListener("change", () => turn(startsOpen && widths.matches));
  button.addEventListener("click", () => {
    turn(!side.classList.contains("open"));
    if (side.classList.contains("open")) side.querySelector("button, input, select, summary")?.focus();
  });
  side.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || getComputedStyle(side).position !== "fixed") return;
    turn(false);
    button.focus();
  });
  document.getElementById("chat").addEventListener("pointerdown", (event) => {
    if (getComputedStyle(side).position === "fixed" && !button.contains(event.target)) turn(false);
  });
  side.addEventListener("click", (event) => event.target.closest("[data-closes]") && getComputedStyle(side).position === "fixed" && turn(false));
}

export function setUpHead() {
  foldable("show-people", "people", "people", false);
  foldable("show-other", "other", "other", true);
}

listen("chosen facts service messages", draw);
listen("connection", (isThere) => {
  connected = isThere;
  if (theChat()) drawSubtitle();
});
listen("action", (heard) => {
  action = heard;
  drawSubtitle();
  setTimeout(() => {
    if (action === heard) action = null;
    drawSubtitle();
  }, ACTION_MILLISECONDS);
});
listen("messages", ({ message, isNew }) => {
  if (isNew && message.by_bot && action?.chat === message.chat) action = null;
  if (theChat()) drawSubtitle();
});
