// Writing: words, replies, edits, photos and files, the menu of commands.
import { ask, send, toast } from "/static/ask.js";
import { byteCount, el, icon } from "/static/dom.js";
import { openMenu } from "/static/menus.js";
import { listen, messagesOf, state, theChat } from "/static/state.js";

const MOST_FILES = 10;
const form = document.getElementById("composer");
const words = document.getElementById("words");
const about = document.getElementById("about");
const attached = document.getElementById("attached");
const picker = document.getElementById("files");
const list = document.getElementById("commands");
const drop = document.getElementById("drop");

let files = []; // {file, address}
let way = { as_file: false, spoiler: false };
let reply = null;
let edited = null;
let offered = [];
let marked = 0;

export function answerTo(message) {
  edited = null;
  reply = message;
  drawAbout();
  words.focus();
}

export function change(message) {
  reply = null;
  edited = message;
  words.value = message.text;
  drawAbout();
  grow();
  words.focus();
}

export function command(text) {
  return ask("write", { text, thread: state.thread });
}

export async function takeSample(name) {
  const response = await fetch(`/sample/${name}`);
  take([new File([await response.blob()], `${name}.jpg`, { type: "image/jpeg" })]);
  words.placeholder = "What to make of it, such as /watercolor";
}

function take(chosen) {
  for (const file of chosen) {
    if (files.length >= MOST_FILES) {
      toast(`${MOST_FILES} files go together`);
      break;
    }
    files.push({ file, address: file.type.startsWith("image/") ? URL.createObjectURL(file) : null });
  }
  drawAttached();
  words.focus();
}

function clear() {
  for (const { address } of files) if (address) URL.revokeObjectURL(address);
  files = [];
  way = { as_file: false, spoiler: false };
  reply = edited = null;
  words.value = "";
  words.placeholder = "Message";
  drawAttached();
  drawAbout();
  grow();
  close();
}

function drawAbout() {
  const message = reply ?? edited;
  about.hidden = !message;
  if (!message) return about.replaceChildren();
  const title = edited ? "Edit" : `Reply to ${reply.from.id === state.person ? "yourself" : reply.from.name}`;
  const said = message.text || (message.media ? message.media.name ?? "Photo" : "");
  const cancel = () => (edited ? clear() : ((reply = null), drawAbout()));
  about.replaceChildren(
    el("span", { class: "words" }, el("b", { text: title }), el("span", { dir: "auto", text: said })),
    el("button", { type: "button", class: "plain", "aria-label": `Cancel: ${title}`, onclick: () => (cancel(), words.focus()) }, icon("close")));
}

function drawAttached() {
  attached.hidden = !files.length;
  const mustBeFile = files.some(({ address }) => !address);
  const tick = (name, label, isOn, disabled) => el("label", { class: "tick" },
    el("input", { type: "checkbox", checked: isOn, disabled, onchange: (event) => ((way[name] = event.target.checked), drawAttached()) }), label);
  attached.replaceChildren(
    el("div", { class: "pieces" }, files.map(({ file, address }, number) => el("span", { class: "piece", title: `${file.name} · ${byteCount(file.size)}` },
      address ? el("img", { src: address, alt: file.name }) : el("span", { class: "thumb" }, icon("file"), el("span", { text: file.name })),
      el("button", { type: "button", "aria-label": `Leave out ${file.name}`, onclick: () => leaveOut(number) }, icon("close"))))),
    el("div", { class: "ways" },
      tick("as_file", files.length > 1 ? "As files" : "As a file", way.as_file || mustBeFile, mustBeFile),
      tick("spoiler", "Hidden (spoiler)", way.spoiler && !way.as_file, way.as_file || mustBeFile),
      files.length > 1 && el("span", { class: "note", text: "They go as an album" })));
}

function leaveOut(number) {
  const [{ address }] = files.splice(number, 1);
  if (address) URL.revokeObjectURL(address);
  drawAttached();
  words.focus();
}

async function submit() {
  const text = words.value.trim();
  if (edited) {
    const message = edited.id;
    clear();
    return ask("edit", { message, text });
  }
  if (!text && !files.length) return null;
  const where = { thread: state.thread, reply_to: reply?.id ?? null };
  const kept = files.map(({ file }) => file);
  const how = { ...way, as_file: way.as_file || files.some(({ address }) => !address) };
  const before = { files, way, reply };
  [files, reply] = [[], null];
  words.value = "";
  const done = kept.length ? await send(kept, { ...where, ...how, caption: text }) : await ask("write", { ...where, text });
  if (done) {
    if (!words.value) clear();
  } else {
    ({ files, way, reply } = before); // it was not possible: nothing that was typed is lost
    words.value = text;
    drawAttached();
    drawAbout();
  }
  return done;
}

function grow() {
  words.style.setProperty("height", "auto");
  words.style.setProperty("height", `${Math.min(words.scrollHeight, 160)}px`);
}

// The commands that begin as what was typed; asked of the server, since they differ by person and chat.
async function offer() {
  const typed = words.value;
  if (edited || !/^\/[a-z0-9_]*$/i.test(typed)) return close();
  const answer = await ask("commands");
  if (!answer || words.value !== typed) return close();
  offered = answer.commands.filter((each) => each.command.startsWith(typed.slice(1).toLowerCase()));
  marked = 0;
  drawCommands();
}

function drawCommands() {
  list.hidden = !offered.length;
  words.setAttribute("aria-expanded", String(offered.length > 0));
  list.replaceChildren(...offered.map((each, number) => el("div", {
    role: "option", id: `command-${number}`, "aria-selected": String(number === marked), onpointerdown: (event) => (event.preventDefault(), complete(number)),
  }, el("b", { text: `/${each.command}` }), el("span", { dir: "auto", text: each.description }))));
  if (!offered.length) return words.removeAttribute("aria-activedescendant");
  words.setAttribute("aria-activedescendant", `command-${marked}`);
  list.children[marked].scrollIntoView({ block: "nearest" });
}

function complete(number) {
  const at = theChat().is_private ? "" : `@${state.me.username}`;
  words.value = `/${offered[number].command}${at} `;
  close();
  words.focus();
}

function close() {
  offered = [];
  drawCommands();
}

function keys(event) {
  if (event.isComposing) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (offered.length && step) {
    event.preventDefault();
    marked = (marked + step + offered.length) % offered.length;
    drawCommands();
  } else if (offered.length && (event.key === "Tab" || event.key === "Enter") && words.value !== `/${offered[marked].command}`) {
    event.preventDefault();
    complete(marked);
  } else if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    close();
    form.requestSubmit();
  } else if (event.key === "ArrowUp" && !words.value && !files.length) {
    const own = messagesOf(state.chat, state.thread).filter((each) => each.from.id === state.person && !each.service && !each.forwarded_from);
    if (own.length) {
      event.preventDefault();
      change(own[own.length - 1]);
    }
  } else if (event.key === "Escape") {
    if (offered.length) close();
    else if (reply || edited || files.length) clear();
  }
}

// A question of the bot's that expects a reply opens one by itself, for whom it is meant.
function hear(message) {
  if (!message.asks || message.chat !== state.chat || (message.thread ?? null) !== state.thread) return;
  const isMeant = theChat().is_private || !message.asks.selective || message.reply?.from?.id === state.person
    || message.entities.some((each) => each.user?.id === state.person);
  if (!isMeant || edited) return;
  answerTo(message);
  if (message.asks.input_field_placeholder) words.placeholder = message.asks.input_field_placeholder;
}

export function setUpComposer() {
  document.getElementById("attach").append(icon("attach"));
  document.getElementById("send").append(icon("send"));
  document.getElementById("attach").addEventListener("click", (event) => openMenu(event.currentTarget, "Attach", [
    { text: "From this computer …", run: () => picker.click() },
    ...Object.entries(state.samples).map(([name, title]) => ({ text: title, picture: `/sample/${name}`, run: () => takeSample(name) })),
  ]));
  picker.addEventListener("change", () => {
    take(picker.files);
    picker.value = "";
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit().then(grow);
  });
  words.addEventListener("keydown", keys);
  words.addEventListener("input", () => (grow(), offer()));
  words.addEventListener("blur", close);
  words.addEventListener("paste", (event) => {
    if (!event.clipboardData.files.length) return;
    event.preventDefault();
    take(event.clipboardData.files);
  });
  setUpDrop(document.getElementById("chat"));
}

function setUpDrop(chat) {
  const hasFiles = (event) => [...event.dataTransfer.types].includes("Files");
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => event.preventDefault());
  chat.addEventListener("dragenter", (event) => (drop.hidden = !hasFiles(event)));
  drop.addEventListener("dragleave", () => (drop.hidden = true));
  chat.addEventListener("drop", (event) => {
    drop.hidden = true;
    if (event.dataTransfer.files.length) take(event.dataTransfer.files);
  });
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
