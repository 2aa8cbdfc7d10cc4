// The photos and files that go with the next message, and how they go.
import { toast } from "/static/ask.js";
import { byteCount, el, icon, redrawn } from "/static/dom.js";

const MOST = 10;
const box = document.getElementById("attached");
const drop = document.getElementById("drop");

let pieces = []; // {file, address}: what a browser can show has an address
let way = { as_file: false, spoiler: false };

export const attachments = {
  get files() {
    return pieces.map(({ file }) => file);
  },
  // What is no picture goes as a file, and all that is with it.
  get how() {
    const asFile = way.as_file || pieces.some(({ address }) => !address);
    return { as_file: asFile, spoiler: way.spoiler && !asFile };
  },
  add(files) {
    for (const file of files) {
      if (pieces.length >= MOST) {
        toast(`${MOST} files go together`);
        break;
      }
      pieces.push({ file, address: /^image\/(jpeg|png|webp|gif)$/.test(file.type) ? URL.createObjectURL(file) : null });
    }
    draw();
  },
  clear() {
    for (const { address } of pieces) if (address) URL.revokeObjectURL(address);
    pieces = [];
    way = { as_file: false, spoiler: false };
    draw();
  },
};

function draw() {
  box.hidden = !pieces.length;
  const { as_file: asFile, spoiler } = attachments.how;
  const mustBeFile = pieces.some(({ address }) => !address);
  const tick = (name, label, isOn, disabled) => el("label", { class: "tick" },
    el("input", { type: "checkbox", checked: isOn, disabled, onchange: (event) => change(name, event.target.checked) }), label);
  redrawn(box,
    el("div", { class: "pieces" }, pieces.map(piece)),
    el("div", { class: "ways" },
      tick("as_file", pieces.length > 1 ? "As files" : "As a file", asFile, mustBeFile),
      tick("spoiler", "Hidden (spoiler)", spoiler, asFile),
      pieces.length > 1 && el("span", { class: "note", text: "They go as an album" })));
}

function change(name, isOn) {
  way[name] = isOn;
  draw();
}

function piece({ file, address }, number) {
  const leaveOut = () => {
    if (address) URL.revokeObjectURL(address);
    pieces.splice(number, 1);
    draw();
    document.getElementById("words").focus();
  };
  return el("span", { class: "piece", title: `${file.name} · ${byteCount(file.size)}` },
    address ? el("img", { src: address, alt: file.name }) : el("span", { class: "thumb" }, icon("file"), el("span", { text: file.name })),
    el("button", { type: "button", "aria-label": `Leave out ${file.name}`, onclick: leaveOut }, icon("close")));
}

// Files dropped on the chat or pasted into the words are taken.
export function setUpAttachments(words, taken) {
  const chat = document.getElementById("chat");
  const hasFiles = (event) => [...event.dataTransfer.types].includes("Files");
  const take = (event, files) => {
    if (!files.length) return;
    event.preventDefault();
    attachments.add(files);
    taken();
  };
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => event.preventDefault());
  chat.addEventListener("dragenter", (event) => (drop.hidden = !hasFiles(event)));
  drop.addEventListener("dragleave", () => (drop.hidden = true));
  chat.addEventListener("drop", (event) => {
    drop.hidden = true;
    take(event, event.dataTransfer.files);
  });
  words.addEventListener("paste", (event) => take(event, event.clipboardData.files));
}
