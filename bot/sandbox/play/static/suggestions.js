// The menu of commands that opens at "/": those of this person in this chat, as the bot has set them.
import { ask } from "/static/ask.js";
import { el } from "/static/dom.js";
import { state, theChat } from "/static/state.js";

const words = document.getElementById("words");
const list = document.getElementById("commands");

let offered = [];
let marked = 0;

// Asked of the server, since scope and language decide.
export async function suggest() {
  const typed = words.value;
  if (!/^\/[a-z0-9_]*$/i.test(typed)) return closeSuggestions();
  const answer = await ask("commands");
  if (!answer || words.value !== typed) return closeSuggestions();
  offered = answer.commands.filter((each) => each.command.startsWith(typed.slice(1).toLowerCase()));
  marked = 0;
  return draw();
}

export function closeSuggestions() {
  offered = [];
  draw();
}

// Whether the key was for the menu.
export function suggestionKey(event) {
  if (!offered.length) return false;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) {
    marked = (marked + step + offered.length) % offered.length;
    draw();
  } else if ((event.key === "Tab" && !event.shiftKey) || (event.key === "Enter" && words.value !== `/${offered[marked].command}`)) complete(marked);
  else if (event.key === "Escape") closeSuggestions();
  else return false;
  event.preventDefault();
  return true;
}

function draw() {
  list.hidden = !offered.length;
  words.setAttribute("aria-expanded", String(offered.length > 0));
  list.replaceChildren(...offered.map((each, number) => el("div", {
    role: "option", id: `command-${number}`, "aria-selected": String(number === marked),
    onpointerdown: (event) => (event.preventDefault(), complete(number)),
  }, el("b", { text: `/${each.command}` }), el("span", { dir: "auto", text: each.description }))));
  if (!offered.length) return words.removeAttribute("aria-activedescendant");
  words.setAttribute("aria-activedescendant", `command-${marked}`);
  return list.children[marked].scrollIntoView({ block: "nearest" });
}

// In a group a command names its bot.
function complete(number) {
  words.value = `/${offered[number].command}${theChat().is_private ? "" : `@${state.me.username}`} `;
  closeSuggestions();
  words.focus();
}
