// What the page asks of the server, and what it shows of the answer: toasts and alerts.
import { el } from "/static/dom.js";
import { state } from "/static/state.js";

const TOAST_MILLISECONDS = 4500;

// Returns the answer, or null after saying why it was not possible.
export async function ask(name, values = {}) {
  const body = JSON.stringify({ person: state.person, chat: state.chat, ...values });
  return answered(fetch(`/do/${name}`, { method: "POST", body, headers: { "Content-Type": "application/json" } }));
}

export async function send(files, about) {
  const body = new FormData();
  body.append("about", JSON.stringify({ person: state.person, chat: state.chat, ...about }));
  for (const file of files) body.append("file", file, file.name);
  return answered(fetch("/send", { method: "POST", body }));
}

async function answered(request) {
  try {
    const response = await request;
    if (response.status !== 200 && response.status !== 409) throw new Error(`HTTP ${response.status}`);
    const answer = await response.json();
    if (response.ok) return answer;
    toast(answer.problem);
  } catch (error) {
    toast(`The sandbox does not answer: ${error.message}`);
  }
  return null;
}

export function toast(text) {
  const node = el("div", { class: "toast", dir: "auto", text });
  document.getElementById("toasts").append(node);
  setTimeout(() => node.remove(), TOAST_MILLISECONDS);
}

export function alertBox(text) {
  const box = document.getElementById("alert");
  const close = el("button", { type: "button", class: "filled", text: "OK", onclick: () => box.close() });
  box.replaceChildren(el("p", { id: "alert-text", dir: "auto", text }), close);
  if (!box.open) box.showModal();
  close.focus();
}
