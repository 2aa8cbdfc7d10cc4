// Writing: words, replies and edits, with or without photos and files.
import { ask, send } from "/static/ask.js";
import { attachments, setUpAttachments } from "/static/attachments.js";
import { el, icon } from "/static/dom.js";
import { openMenu } from "/static/menus.js";
import { listen, messagesOf, state, theChat } from "/static/state.js";
import { closeSuggestions, suggest, suggestionKey } from "/static/suggestions.js";

const form = document.getElementById("composer");
const words = document.getElementById("words");
const about = document.getElementById("about");
const picker = document.getElementById("files");

let reply = null;
let edited = null;

export function answerTo(message) {
  [reply, edited] = [message, null];
  drawAbout();
  words.focus();
}

export function change(message) {
  [reply, edited] = [null, message];
  words.value = message.text;
  drawAbout();
  grow();
  words.focus();
}

export async function takeSample(name) {
  const response = await fetch(`/sample/${name}`);
  attachments.add([new File([await response.blob()], `${name}.jpg`, { type: "image/jpeg" })]);
  words.placeholder = "What to make of it, such as /watercolor";
  words.focus();
}

function clear() {
  attachments.clear();
  reply = edited = null;
  words.value = "";
  drawAbout();
  grow();
  closeSuggestions();
}

function drawAbout() {
  const message = reply ?? edited;
  about.hidden = !message;
  words.placeholder = reply?.asks?.input_field_placeholder ?? "Message";
  if (!message) return about.replaceChildren();
  const title = edited ? "Edit" : `Reply to ${reply.from.id === state.person ? "yourself" : reply.from.name}`;
  const said = message.text || (message.media ? message.media.name ?? "Photo" : "");
  return about.replaceChildren(
    el("span", { class: "words" }, el("b", { text: title }), el("span", { dir: "auto", text: said })),
    el("button", { type: "button", class: "plain", "aria-label": `Cancel: ${title}`, onclick: leaveOpen }, icon("close")));
}

// No reply and no edit any more; what was typed for an edit goes with it.
function leaveOpen() {
  if (edited) words.value = "";
  reply = edited = null;
  drawAbout();
  grow();
  words.focus();
}

// What was typed stays until it is sent, so that nothing is lost if it cannot be. The bot may ask something new
// before the server has answered: that question stays open.
async function submit() {
  const text = words.value.trim();
  const { files } = attachments;
  if (!text && !files.length && !edited) return;
  const replied = reply;
  const where = { thread: state.thread, reply_to: reply?.id ?? null };
  form.classList.add("busy");
  words.readOnly = true;
  let done;
  if (edited) done = await ask("edit", { message: edited.id, text });
  else if (files.length) done = await send(files, { ...where, ...attachments.how, caption: text });
  else done = await ask("write", { ...where, text });
  form.classList.remove("busy");
  words.readOnly = false;
  const asked = reply !== replied ? reply : null;
  if (done) clear();
  if (asked) answerTo(asked);
}

function grow() {
  words.style.setProperty("height", "auto");
  words.style.setProperty("height", `${Math.min(words.scrollHeight, 160)}px`);
}

function keys(event) {
  if (event.isComposing || suggestionKey(event)) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    closeSuggestions();
    form.requestSubmit();
  } else if (event.key === "ArrowUp" && !words.value && !attachments.files.length) {
    const own = messagesOf(state.chat, state.thread).filter((each) => each.from.id === state.person && !each.service && !each.forwarded_from);
    if (!own.length) return;
    event.preventDefault();
    change(own[own.length - 1]);
  } else if (event.key === "Escape" && (reply || edited)) leaveOpen();
}

// A question of the bot's that expects a reply opens one by itself, for whom it is meant.
function hear(message) {
  if (!message.asks || edited || message.chat !== state.chat || (message.thread ?? null) !== state.thread) return;
  const isMeant = theChat().is_private || !message.asks.selective || message.reply?.from?.id === state.person
    || message.entities.some((each) => each.user?.id === state.person);
  if (!isMeant) return;
  answerTo(message);
}

export function setUpComposer() {
  const attach = document.getElementById("attach");
  attach.append(icon("attach"));
  document.getElementById("send").append(icon("send"));
  attach.addEventListener("click", () => openMenu(attach, "Attach", [
    { text: "From this computer …", run: () => picker.click() },
    ...Object.entries(state.samples).map(([name, title]) => ({ text: title, picture: `/sample/${name}`, run: () => takeSample(name) })),
  ]));
  picker.addEventListener("change", () => {
    attachments.add(picker.files);
    picker.value = "";
    words.focus();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!form.classList.contains("busy")) submit();
  });
  words.addEventListener("keydown", keys);
  words.addEventListener("input", () => {
    grow();
    if (edited) closeSuggestions();
    else suggest();
  });
  words.addEventListener("blur", closeSuggestions);
  setUpAttachments(words, () => words.focus());
}

let where = "";
listen("chosen", () => {
  const here = `${state.person} ${state.chat} ${state.thread}`;
  if (here !== where) clear();
  where = here;
});
listen("messages", ({ message, isNew }) => {
  if (isNew) hear(message);
});
