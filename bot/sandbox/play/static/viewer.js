// A photo in its real pixels: fitted to the window at first, one to one after a press.
import { byteCount, el, icon } from "/static/dom.js";

const box = document.getElementById("viewer");

export function look(media) {
  const address = `/file/${media.file}`;
  const image = el("img", { src: address, alt: media.name ?? "Photo", id: "pixels" });
  const size = el("span", { id: "pixel-size", text: byteCount(media.byte_count) });
  image.onload = () => {
    size.textContent = `${image.naturalWidth} × ${image.naturalHeight} pixels · ${byteCount(media.byte_count)}`;
    if (image.naturalWidth <= innerWidth && image.naturalHeight <= innerHeight) box.classList.add("whole");
  };
  const swap = el("button", { type: "button", class: "filled", "aria-pressed": "false", text: "Real pixels" });
  const turn = () => swap.setAttribute("aria-pressed", String(box.classList.toggle("real")));
  swap.addEventListener("click", turn);
  image.addEventListener("click", turn);
  box.className = "";
  box.replaceChildren(
    el("div", { class: "bar-above" }, el("span", { class: "grow", text: media.name ?? "Photo" }), size, swap,
      el("a", { class: "filled", href: address, download: media.name ?? "photo.jpg", text: "Save" }),
      el("button", { type: "button", class: "plain", "aria-label": "Close", onclick: () => box.close() }, icon("close"))),
    el("div", { class: "table" }, image));
  box.showModal();
}

box.addEventListener("click", (event) => event.target.classList.contains("table") && box.close());
