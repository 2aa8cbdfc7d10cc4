// Menus that open at a button: arrow keys move, Escape closes, focus goes back to the button.
import { el } from "/static/dom.js";

let open = null;

// Items: {text, run} for a line, {emoji: [...], run} for a row of them, {picture, text, run} with a picture.
export function openMenu(button, label, items) {
  closeMenu();
  const node = el("div", { class: "menu", role: "menu", "aria-label": label }, items.filter(Boolean).map(line));
  node.addEventListener("keydown", (event) => moveIn(node, event));
  document.body.append(node);
  placeAt(node, button);
  button.setAttribute("aria-expanded", "true");
  open = { node, button };
  choices(node)[0]?.focus();
}

export function closeMenu(backToButton = false) {
  if (!open) return;
  const { node, button } = open;
  open = null;
  node.remove();
  button.removeAttribute("aria-expanded");
  if (backToButton) button.focus();
}

function line(item) {
  const run = (...values) => () => {
    closeMenu(true);
    item.run(...values);
  };
  if (item.emoji) {
    return el("div", { class: "emoji", role: "group", "aria-label": "React" }, item.emoji.map((each) =>
      el("button", { type: "button", role: "menuitem", "aria-label": `React with ${each}`, text: each, onclick: run(each) })));
  }
  return el("button", { type: "button", role: "menuitem", class: item.danger ? "danger" : null, onclick: run() },
    item.picture && el("img", { src: item.picture, alt: "", width: 44, height: 44 }), item.text);
}

const choices = (node) => [...node.querySelectorAll("[role=menuitem]")];

function moveIn(node, event) {
  const all = choices(node);
  const at = all.indexOf(document.activeElement);
  const steps = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
  if (event.key in steps) {
    event.preventDefault();
    all[(at + steps[event.key] + all.length) % all.length].focus();
  } else if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    event.stopPropagation();
    closeMenu(true);
  }
}

function placeAt(node, button) {
  const anchor = button.getBoundingClientRect();
  const box = node.getBoundingClientRect();
  const left = Math.max(8, Math.min(anchor.left, innerWidth - box.width - 8));
  const isBelow = anchor.bottom + box.height + 8 < innerHeight;
  const top = isBelow ? anchor.bottom + 4 : Math.max(8, anchor.top - box.height - 4);
  node.style.setProperty("left", `${left}px`);
  node.style.setProperty("top", `${top}px`);
}

document.addEventListener("pointerdown", (event) => {
  if (open && !open.node.contains(event.target) && !open.button.contains(event.target)) closeMenu();
});
