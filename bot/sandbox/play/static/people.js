// The left side: who one is, the chats, and the switches of the chosen chat.
import { ask } from "/static/ask.js";
import { el, face, icon, redrawn } from "/static/dom.js";
import { chatsOf, choose, listen, messagesOf, place, state, theChat, thePerson, titleOf } from "/static/state.js";

const side = document.getElementById("people");
const parts = { persons: el("div", { class: "persons", role: "group", "aria-label": "Who you are" }), chats: el("div", { class: "chats" }), settings: el("div", { class: "settings" }) };

let showsRefusals = false;
let showsRights = false;
const OF_MEMBERS = { can_send_messages: "Send messages", can_send_photos: "Send photos", can_send_documents: "Send files" };
const OF_ADMINISTRATORS = { can_delete_messages: "Delete messages", can_manage_topics: "Manage topics" };

function drawPersons() {
  redrawn(parts.persons, state.people.map((person) => el("button", {
    type: "button", class: "person", "aria-pressed": String(person.id === state.person), "data-person": person.id,
    onclick: () => choose(person.id, theChat().is_private ? person.id : state.chat, state.thread),
  }, face(person.id, person.name), el("span", { class: "words" }, el("b", { dir: "auto", text: person.name }), el("span", { text: state.languages[person.language] ?? "no language" })))));
}

function drawChats() {
  redrawn(parts.chats, chatsOf(state.person).map((chat) => {
    const last = messagesOf(chat.id).pop();
    const unread = [null, ...chat.topics.map(({ id }) => id)].reduce((sum, id) => sum + (state.unread.get(place(chat.id, id)) ?? 0), 0);
    const said = last ? last.service ?? (last.text || (last.media ? "Photo" : "")) : "No messages yet";
    return el("button", {
      type: "button", class: "chat", "aria-current": chat.id === state.chat ? "true" : null, "data-chat": chat.id, "data-closes": true,
      onclick: () => choose(state.person, chat.id, chat.id === state.chat ? state.thread : null),
    },
      face(chat.id, titleOf(chat), chat.is_private ? "bot" : "group"),
      el("span", { class: "words" }, el("b", { text: titleOf(chat) }), el("span", { dir: "auto", text: said.replace(/[▰▱]+ ?/g, "").slice(0, 80) })),
      unread > 0 && el("span", { class: "count", "aria-label": `${unread} unread`, text: unread }));
  }));
}

function toggle(label, isOn, change, disabled = false) {
  return el("label", { class: "switch" }, el("span", { text: label }),
    el("input", { type: "checkbox", role: "switch", checked: isOn, disabled, onchange: (event) => change(event.target.checked) }));
}

function drawSettings() {
  const chat = theChat();
  redrawn(parts.settings, chat.is_private ? privateSettings() : groupSettings(chat));
}

function privateSettings() {
  const person = thePerson();
  return [
    el("h2", { text: "This chat" }),
    toggle("Block the bot", person.has_blocked, (on) => ask("block", { on }), !messagesOf(state.chat).length),
  ];
}

function groupSettings(chat) {
  const placed = { administrator: "administrator", kicked: "out", left: "out" }[chat.bot] ?? "member";
  const option = (value, text) => el("option", { value, text, selected: value === placed });
  const rank = chat.members.find((each) => each.id === state.person)?.rank;
  const refuse = (kind) => toggle(`No ${kind}`, chat.refuses.includes(kind), (on) => ask("refuse", { kind, on }));
  return [
    el("h2", { text: "This group" }),
    el("label", { class: "switch" }, el("span", { text: "The bot is" }),
      el("select", { onchange: (event) => ask("bot_place", { place: event.target.value }) },
        option("member", "a member"), option("administrator", "an administrator"), option("out", "not in it"))),
    placed !== "out" && el("details", { open: showsRights, ontoggle: (event) => (showsRights = event.target.open) }, el("summary", { text: "What the bot itself may" }), rights(chat, placed)),
    toggle("Privacy mode", chat.privacy, (on) => ask("privacy", { on })),
    toggle(`${thePerson().name} is an administrator`, rank !== "member", (on) => ask("rank", { on })),
    el("details", { open: showsRefusals, ontoggle: (event) => (showsRefusals = event.target.open) }, el("summary", { text: "What members may not send" }), refuse("text messages"), refuse("photos"), refuse("documents")),
    ...topicSettings(chat),
    el("p", { class: "note", text: `In it: ${chat.members.map((each) => each.name + (each.rank === "member" ? "" : " (admin)")).join(", ")}` }),
  ];
}

function rights(chat, placed) {
  return Object.entries(placed === "administrator" ? OF_ADMINISTRATORS : OF_MEMBERS).map(([right, text]) =>
    toggle(text, !chat.withheld.includes(right), (on) => ask("bot_right", { right, on })));
}

function topicSettings(chat) {
  if (!chat.is_forum) return [];
  const name = el("input", { type: "text", placeholder: "New topic", "aria-label": "Name of a new topic", maxlength: 60, required: true });
  const add = async (event) => {
    event.preventDefault();
    const made = await ask("add_topic", { name: name.value });
    if (made) choose(state.person, chat.id, made.thread);
  };
  return [
    el("form", { class: "inline", onsubmit: add }, name, el("button", { type: "submit", class: "plain", "aria-label": "Add the topic" }, icon("plus"))),
    state.thread !== null && toggle("This topic is closed", chat.topics.find((each) => each.id === state.thread)?.is_closed, (on) => ask("close_topic", { thread: state.thread, on })),
    state.thread !== null && el("button", { type: "button", class: "danger", text: "Delete this topic", onclick: () => ask("delete_topic", { thread: state.thread }) }),
  ];
}

function newPerson() {
  const name = el("input", { type: "text", placeholder: "Name", "aria-label": "Name", maxlength: 60, required: true });
  const language = el("select", { "aria-label": "Language of the app" });
  listen("facts", () => {
    if (!language.childElementCount) language.append(...Object.entries(state.languages).map(([value, text]) => el("option", { value, text })));
  });
  const add = async (event) => {
    event.preventDefault();
    const made = await ask("add_person", { name: name.value, language: language.value });
    if (!made) return;
    name.value = "";
    box.open = false;
    choose(made.person, made.person);
  };
  const box = el("details", { class: "new-person" }, el("summary", { text: "New person" }),
    el("form", { class: "inline", onsubmit: add }, name, language, el("button", { type: "submit", class: "plain", "aria-label": "Add the person" }, icon("plus"))));
  return box;
}

export function setUpPeople() {
  side.append(el("h2", { text: "You are" }), parts.persons, newPerson(), el("h2", { text: "Chats" }), parts.chats, parts.settings);
}

listen("chosen facts", () => {
  if (!state.chat) return;
  drawPersons();
  drawChats();
  drawSettings();
});
listen("messages", () => state.chat && drawChats());
